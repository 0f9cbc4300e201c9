/* print.h - each view as text, in the form of the guest's own programs. */
#pragma once

#include "view/view.h"

/* Prints to standard output.  False: there is no such process or frame. */
bool print_view(struct kernel *k, const struct view_request *r);
