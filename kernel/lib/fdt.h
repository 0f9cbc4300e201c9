/* fdt.h - reading a flattened device tree (Devicetree Specification 0.4).
 *
 * However broken a blob is, these functions read only [blob, blob + size), and they end.
 * fdt_open() reads the tree once and notes where each node is.  A node is its number in the
 * order of the tree; the root is 0. */
#pragma once

#include "lib/types.h"

#define FDT_NODES 2048 /* a tree can have; a hart takes 3 in QEMU */

struct fdt_node {
	u32 at;     /* offset in the structure block                     */
	u16 parent; /* of the root: itself                               */
	u16 after;  /* the first node that is neither this nor within it */
};

struct fdt {
	const u8 *blob;
	u32 size; /* bytes, as the header says; checked */
	u32 structs, structs_size;
	u32 strings, strings_size;
	u32 reserved; /* offset of the memory reservation block */
	u32 nnodes;
	struct fdt_node nodes[FDT_NODES];
};

/* Opens the tree at @blob.  -EINVAL: it is no device tree, or longer than @max bytes;
 * -E2BIG: more than FDT_NODES nodes. */
int fdt_open(struct fdt *f, const void *blob, u64 max) MUST_CHECK;

/* These return a node (>= 0), or -ENOENT.  The path of the root is "/".  A path may leave
 * out unit addresses: "/memory" finds "/memory@80000000". */
int fdt_node(const struct fdt *f, const char *path);
int fdt_first_child(const struct fdt *f, int node);
int fdt_next_sibling(const struct fdt *f, int node);
int fdt_parent(const struct fdt *f, int node);

/* The next node after @node, in the order of the tree, whose "compatible" list has @name;
 * with @node -1 the first one.  -ENOENT: there are no more. */
int fdt_next_compatible(const struct fdt *f, int node, const char *name);
bool fdt_is_compatible(const struct fdt *f, int node, const char *name);

/* The node whose "phandle" is @phandle, by which other nodes refer to it; or -ENOENT. */
int fdt_by_phandle(const struct fdt *f, u32 phandle);

/* The name with its unit address; "": @node is no node. */
const char *fdt_node_name(const struct fdt *f, int node);

/* The bytes of a property, and their number in *@len; NULL: the node has no such property.
 * fdt_prop_string() also returns NULL if the bytes have no NUL. */
const void *fdt_prop(const struct fdt *f, int node, const char *name, u32 *len);
const char *fdt_prop_string(const struct fdt *f, int node, const char *name);

/* Cell @i of a property, a big-endian 32-bit number.  -ENOENT: not there. */
int fdt_prop_u32(const struct fdt *f, int node, const char *name, unsigned i, u32 *out);

/* A property that is one number, of one cell or two.  -ENOENT: not there, or of another
 * length. */
int fdt_prop_number(const struct fdt *f, int node, const char *name, u64 *out);

/* Entry @i of "reg": an address on the bus of the parent, and a size in bytes.  -ENOENT:
 * not there; -EINVAL: #address-cells or #size-cells of the parent are not supported. */
int fdt_reg(const struct fdt *f, int node, unsigned i, u64 *addr, u64 *size);

/* The same with a physical address, which the "ranges" of all buses above give.  -ENOENT
 * also if the ranges of a bus do not have the address. */
int fdt_reg_pa(const struct fdt *f, int node, unsigned i, u64 *pa, u64 *size);

/* Whether "status" is okay or absent. */
bool fdt_is_enabled(const struct fdt *f, int node);

/* Entry @i of the memory reservation block; -ENOENT after the last. */
int fdt_reserved(const struct fdt *f, unsigned i, u64 *addr, u64 *size);
