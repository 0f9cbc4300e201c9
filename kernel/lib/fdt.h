/* fdt.h - reading a flattened device tree (Devicetree Specification 0.4).
 *
 * Total: no blob, however broken, makes these read outside [blob, blob+size).
 * Nodes are named by their offset in the structure block. */
#pragma once

#include "lib/types.h"

struct fdt {
	const u8 *blob;
	u32 size; /* bytes, from the header, checked */
	u32 structs, structs_size;
	u32 strings, strings_size;
	u32 reserved; /* offset of the memory reservation block */
};

/* 0, or -EINVAL if this is no device tree or it does not fit into @max bytes. */
int fdt_open(struct fdt *f, const void *blob, u64 max) MUST_CHECK;

/* Nodes: offset >= 0, or -ENOENT.  The root node's path is "/"; a path may
 * leave out the unit address ("/memory" finds "/memory@80000000"). */
int fdt_node(const struct fdt *f, const char *path);
int fdt_first_child(const struct fdt *f, int node);
int fdt_next_sibling(const struct fdt *f, int node);
int fdt_parent(const struct fdt *f, int node);

/* The next node after @node in tree order (start with -1) whose "compatible"
 * list has @name. */
int fdt_next_compatible(const struct fdt *f, int node, const char *name);
bool fdt_is_compatible(const struct fdt *f, int node, const char *name);

/* The node that others refer to by @phandle. */
int fdt_by_phandle(const struct fdt *f, u32 phandle);

const char *fdt_node_name(const struct fdt *f, int node);

/* A property's bytes and length, or NULL. */
const void *fdt_prop(const struct fdt *f, int node, const char *name, u32 *len);
const char *fdt_prop_string(const struct fdt *f, int node, const char *name);

/* Big-endian cells of a property: cell @i (-ENOENT if it is not there). */
int fdt_prop_u32(const struct fdt *f, int node, const char *name, unsigned i, u32 *out);

/* A number of one or two cells, by the length of the property. */
int fdt_prop_number(const struct fdt *f, int node, const char *name, u64 *out);

/* Entry @i of "reg", by the parent's #address-cells and #size-cells. */
int fdt_reg(const struct fdt *f, int node, unsigned i, u64 *addr, u64 *size);

/* The same as a physical address: taken up through the "ranges" of the buses. */
int fdt_reg_pa(const struct fdt *f, int node, unsigned i, u64 *pa, u64 *size);

/* Whether "status" is absent or okay. */
bool fdt_is_enabled(const struct fdt *f, int node);

/* Entry @i of the memory reservation block; -ENOENT behind the last. */
int fdt_reserved(const struct fdt *f, unsigned i, u64 *addr, u64 *size);
