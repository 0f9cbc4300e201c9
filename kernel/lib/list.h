/* list.h - circular doubly linked lists, whose links are inside the members. */
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

/* Inserts @node right after @at; at the front, if @at is the head. */
static inline void list_add(struct list *at, struct list *node)
{
	node->next = at->next;
	node->prev = at;
	at->next->prev = node;
	at->next = node;
}

/* Inserts @node right before @at; at the end, if @at is the head. */
static inline void list_add_tail(struct list *at, struct list *node)
{
	list_add(at->prev, node);
}

/* Removes @node from its list and makes it an empty list, so that a second list_del(node)
 * and list_empty(node) are safe. */
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

/* The same, but the loop may remove @pos; @tmp is the member after it. */
#define list_for_each_safe(pos, tmp, head, member)                        \
	for (pos = list_entry((head)->next, __typeof__(*pos), member),    \
	    tmp = list_entry(pos->member.next, __typeof__(*pos), member); \
	     &pos->member != (head);                                      \
	     pos = tmp, tmp = list_entry(tmp->member.next, __typeof__(*tmp), member))
