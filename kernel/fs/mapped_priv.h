/* mapped_priv.h - object_ops for mappings of files. mm/space/pagecache.h says what each one
 * promises. */
#pragma once

#include "mm/space/pagecache.h"

void mapped_get(struct object *obj);
void mapped_put(struct object *obj);
u64 mapped_pages(struct object *obj);
int mapped_prepare(struct object *obj, struct page **pg) MUST_CHECK;
int mapped_own(struct object *obj, struct page **pg) MUST_CHECK;
void mapped_dirty(struct object *obj, struct page *pg);
