/* describe.h - items of the kernel's description of itself (uapi/descriptor.h).
 *
 * They stand next to the code that owns what they describe.  An item is a constant in a
 * section of its own: it costs 64 bytes of the image, and nothing at run time. */
#pragma once

#include "lib/types.h"
#include "uapi/descriptor.h"

#define DESCRIBE_JOIN_(a, b) a##b
#define DESCRIBE_JOIN(a, b) DESCRIBE_JOIN_(a, b) /* expands @b first */

/* One for each line of a file. */
#define DESCRIBE(name_, kind_, size_, count_, value_)                                 \
	static const struct descriptor_item DESCRIBE_JOIN(descriptor_item_, __LINE__) \
		__attribute__((used, section(".descriptor_items"), aligned(8))) = {   \
			.name = name_,                                                \
			.kind = DESCRIPTOR_##kind_,                                   \
			.size = size_,                                                \
			.count = count_,                                              \
			.value = (u64)(value_),                                       \
		}

/* A variable, and an array. */
#define DESCRIBE_OBJECT(name, object) DESCRIBE(name, OBJECT, sizeof(object), 1, &(object))
#define DESCRIBE_ARRAY(name, array) \
	DESCRIBE(name, OBJECT, sizeof((array)[0]), ARRAY_SIZE(array), &(array))

/* A struct by its size, and its fields. */
#define DESCRIBE_STRUCT(type) DESCRIBE(#type, STRUCT, sizeof(struct type), 1, 0)
#define DESCRIBE_FIELD(type, field)                                             \
	DESCRIBE(#type "." #field, FIELD, sizeof(((struct type *)0)->field), 1, \
		 offsetof(struct type, field))
#define DESCRIBE_FIELD_ARRAY(type, field)                                       \
	DESCRIBE(#type "." #field, FIELD, sizeof(((struct type *)0)->field[0]), \
		 ARRAY_SIZE(((struct type *)0)->field), offsetof(struct type, field))

/* An enumerator or another constant, by its name. */
#define DESCRIBE_NUMBER(number) DESCRIBE(#number, NUMBER, 8, 1, number)
