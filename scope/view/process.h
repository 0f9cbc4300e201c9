/* process.h - the views of one process, and of the kernel half. */
#pragma once

#include "view/view.h"

/* The process and the space of r->pid; 0: the kernel half, where the view has one. */
bool view_space(struct kernel *k, const struct view_request *r, struct process *p,
		struct space *s) MUST_CHECK;

/* Writes the fields of r->view.  False: there is no such process or page, and why. */
bool view_process(struct kernel *k, const struct view_request *r, struct text *t);
