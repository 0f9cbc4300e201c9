/* list.h - circular doubly linked list, the links live inside the members. */
#pragma once

#include "lib/types.h"

struct list {
	struct list *next, *prev;
};

// clang-format off
#define LIST_INIT(name) { &(name), &(name) }
// clang-format on

static inline void list_init(struct list *head)
{
	head->next = head->prev = head;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

/* Puts @node right behind @at (at the front, when @at is the head). */
static inline void list_add(struct list *at, struct list *node)
{
	node->next = at->next;
	node->prev = at;
	at->next->prev = node;
	at->next = node;
}

/* Puts @node right before @at (at the end, when @at is the head). */
static inline void list_add_tail(struct list *at, struct list *node)
{
	list_add(at->prev, node);
}

/* Takes @node out and leaves it as an empty list, so that a second call and
 * list_empty(node) are both fine. */
static inline void list_del(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

#define list_entry(node, type, member) container_of(node, type, member)
#define list_first(head, type, member) list_entry((head)->next, type, member)

#define list_for_each(pos, head, member)                               \
	for (pos = list_entry((head)->next, __typeof__(*pos), member); \
	     &pos->member != (head);                                   \
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))

/* The same; @pos may be taken out on the way, @tmp is the next one. */
#define list_for_each_safe(pos, tmp, head, member)                        \
	for (pos = list_entry((head)->next, __typeof__(*pos), member),    \
	    tmp = list_entry(pos->member.next, __typeof__(*pos), member); \
	     &pos->member != (head);                                      \
	     pos = tmp, tmp = list_entry(tmp->member.next, __typeof__(*tmp), member))
