/* fdt.c - reading a flattened device tree; see fdt.h for the promises.
 *
 * The structure block is a sequence of big-endian 32-bit tokens.  Only item_read() reads
 * it and checks bounds; all else is loops over items, without recursion. */
#include "lib/fdt.h"

#include "lib/string.h"
#include "uapi/errno.h"

#define FDT_MAGIC 0xd00dfeedu
#define FDT_VERSION 17u
#define FDT_MAX_BYTES 0x40000000u /* offsets fit into an int with room to spare */

/* Byte offsets in the header. */
enum {
	HDR_MAGIC = 0,
	HDR_TOTAL_SIZE = 4,
	HDR_STRUCTS = 8,
	HDR_STRINGS = 12,
	HDR_RESERVED = 16,
	HDR_VERSION = 20,
	HDR_LAST_COMPATIBLE = 24,
	HDR_STRINGS_SIZE = 32,
	HDR_STRUCTS_SIZE = 36,
	HDR_BYTES = 40,
};

enum { TAG_BEGIN_NODE = 1, TAG_END_NODE = 2, TAG_PROP = 3, TAG_NOP = 4 };

struct item {
	u32 tag;
	int at;         /* offset of the token in the structure block */
	int next;       /* offset of what follows the item            */
	const u8 *data; /* node: its name; property: its value        */
	u32 len;        /* bytes of data; of a name, without the NUL  */
	u32 name;       /* property: offset in the strings block      */
};

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static u64 be64(const u8 *p)
{
	return (u64)be32(p) << 32 | be32(p + 4);
}

/* Whether [start, start + bytes) lies within @size bytes. */
static bool fdt_is_inside(u32 start, u32 bytes, u32 size)
{
	return start <= size && bytes <= size - start;
}

static bool item_read_node(const struct fdt *f, u32 off, struct item *it)
{
	const u8 *name = f->blob + f->structs + off;
	const u8 *nul = memchr(name, 0, f->structs_size - off);

	if (!nul)
		return false;
	it->data = name;
	it->len = nul - name;
	it->next = ALIGN_UP(off + it->len + 1, 4u);
	return (u32)it->next <= f->structs_size;
}

static bool item_read_property(const struct fdt *f, u32 off, struct item *it)
{
	const u8 *p = f->blob + f->structs + off;

	if (!fdt_is_inside(off, 8, f->structs_size))
		return false;
	it->len = be32(p);
	it->name = be32(p + 4);
	it->data = p + 8;
	if (!fdt_is_inside(off + 8, it->len, f->structs_size))
		return false;
	it->next = ALIGN_UP(off + 8 + it->len, 4u);
	return (u32)it->next <= f->structs_size;
}

/* Reads the item at offset @start; skips fillers.  False at the end of the tree, and at the
 * first item that makes no sense. */
static bool item_read(const struct fdt *f, int start, struct item *it)
{
	u32 off = start;

	if (start < 0 || off % 4)
		return false;
	while (fdt_is_inside(off, 4, f->structs_size)) {
		*it = (struct item){ .at = off, .next = off + 4 };
		it->tag = be32(f->blob + f->structs + off);
		off += 4;
		switch (it->tag) {
		case TAG_NOP:
			continue;
		case TAG_BEGIN_NODE:
			return item_read_node(f, off, it);
		case TAG_PROP:
			return item_read_property(f, off, it);
		case TAG_END_NODE:
			return true;
		default:
			return false;
		}
	}
	return false;
}

/* The item with which @node begins.  False: there is no such node. */
static bool node_read(const struct fdt *f, int node, struct item *it)
{
	return node >= 0 && (u32)node < f->nnodes && item_read(f, f->nodes[node].at, it);
}

/* Notes all nodes up to the end of the root, or to the first item that makes no sense. */
static int nodes_find(struct fdt *f)
{
	struct item it = { .next = 0 };
	u32 in = 0; /* the innermost node that is open; meaningful from the root on */

	while (item_read(f, it.next, &it)) {
		if (it.tag == TAG_BEGIN_NODE) {
			if (f->nnodes == FDT_NODES)
				return -E2BIG;
			f->nodes[f->nnodes] = (struct fdt_node){ it.at, in, 0 };
			in = f->nnodes++;
		} else if (f->nnodes == 0) {
			return -EINVAL;
		} else if (it.tag == TAG_END_NODE) {
			f->nodes[in].after = f->nnodes;
			if (in == 0)
				return 0;
			in = f->nodes[in].parent;
		}
	}
	for (u32 i = 0; i < f->nnodes; i++) { /* those that never end */
		if (f->nodes[i].after == 0)
			f->nodes[i].after = f->nnodes;
	}
	return f->nnodes > 0 ? 0 : -EINVAL;
}

int fdt_open(struct fdt *f, const void *blob, u64 max)
{
	const u8 *h = blob;

	f->blob = h;
	f->nnodes = 0;
	if (max < HDR_BYTES || be32(h + HDR_MAGIC) != FDT_MAGIC)
		return -EINVAL;
	f->size = be32(h + HDR_TOTAL_SIZE);
	if (f->size < HDR_BYTES || f->size > max || f->size > FDT_MAX_BYTES)
		return -EINVAL;
	if (be32(h + HDR_VERSION) < FDT_VERSION ||
	    be32(h + HDR_LAST_COMPATIBLE) > FDT_VERSION)
		return -EINVAL;
	f->structs = be32(h + HDR_STRUCTS);
	f->structs_size = be32(h + HDR_STRUCTS_SIZE);
	f->strings = be32(h + HDR_STRINGS);
	f->strings_size = be32(h + HDR_STRINGS_SIZE);
	f->reserved = be32(h + HDR_RESERVED);
	if (!fdt_is_inside(f->structs, f->structs_size, f->size) ||
	    !fdt_is_inside(f->strings, f->strings_size, f->size) ||
	    !fdt_is_inside(f->reserved, 0, f->size))
		return -EINVAL;
	return nodes_find(f);
}

/* --- the tree ------------------------------------------------------------ */

int fdt_parent(const struct fdt *f, int node)
{
	return node > 0 && (u32)node < f->nnodes ? f->nodes[node].parent : -ENOENT;
}

int fdt_first_child(const struct fdt *f, int node)
{
	return node >= 0 && fdt_parent(f, node + 1) == node ? node + 1 : -ENOENT;
}

int fdt_next_sibling(const struct fdt *f, int node)
{
	int parent = fdt_parent(f, node);
	int next = parent >= 0 ? f->nodes[node].after : 0;

	return parent >= 0 && fdt_parent(f, next) == parent ? next : -ENOENT;
}

const char *fdt_node_name(const struct fdt *f, int node)
{
	struct item it;

	return node_read(f, node, &it) ? (const char *)it.data : "";
}

/* Whether the @n bytes at @want, a part of a path, name the node @name. */
static bool node_name_matches(const char *name, const char *want, size_t n)
{
	if (strncmp(name, want, n) != 0)
		return false;
	return name[n] == '\0' || (name[n] == '@' && !memchr(want, '@', n));
}

static int node_child_named(const struct fdt *f, int node, const char *want, size_t n)
{
	int child = fdt_first_child(f, node);

	while (child >= 0 && !node_name_matches(fdt_node_name(f, child), want, n))
		child = fdt_next_sibling(f, child);
	return child;
}

int fdt_node(const struct fdt *f, const char *path)
{
	int node = 0;

	if (*path != '/')
		return -ENOENT;
	while (node >= 0) {
		const char *end;

		while (*path == '/')
			path++;
		if (*path == '\0')
			break;
		end = strchr(path, '/');
		if (!end)
			end = path + strlen(path);
		node = node_child_named(f, node, path, end - path);
		path = end;
	}
	return node;
}

/* --- properties ---------------------------------------------------------- */

/* Whether the string at @off of the strings block is @name. */
static bool fdt_string_is(const struct fdt *f, u32 off, const char *name)
{
	size_t n = strlen(name) + 1;

	if (off >= f->strings_size || n > f->strings_size - off)
		return false;
	return memcmp(f->blob + f->strings + off, name, n) == 0;
}

const void *fdt_prop(const struct fdt *f, int node, const char *name, u32 *len)
{
	struct item it;

	if (!node_read(f, node, &it))
		return NULL;
	while (item_read(f, it.next, &it) && it.tag == TAG_PROP) {
		if (fdt_string_is(f, it.name, name)) {
			*len = it.len;
			return it.data;
		}
	}
	return NULL;
}

const char *fdt_prop_string(const struct fdt *f, int node, const char *name)
{
	u32 len;
	const char *text = fdt_prop(f, node, name, &len);

	if (!text || !memchr(text, '\0', len))
		return NULL;
	return text;
}

int fdt_prop_u32(const struct fdt *f, int node, const char *name, unsigned i, u32 *out)
{
	u32 len;
	const u8 *cells = fdt_prop(f, node, name, &len);

	if (!cells || i >= len / 4)
		return -ENOENT;
	*out = be32(cells + 4ul * i);
	return 0;
}

int fdt_prop_number(const struct fdt *f, int node, const char *name, u64 *out)
{
	u32 len;
	const u8 *cells = fdt_prop(f, node, name, &len);

	if (!cells || (len != 4 && len != 8))
		return -ENOENT;
	*out = len == 4 ? be32(cells) : be64(cells);
	return 0;
}

/* Whether the list of strings at @list has @name. */
static bool fdt_list_has(const char *list, u32 len, const char *name)
{
	size_t n = strlen(name);

	while (len > 0) {
		const char *nul = memchr(list, '\0', len);

		if (!nul)
			return false;
		if ((size_t)(nul - list) == n && memcmp(list, name, n) == 0)
			return true;
		len -= nul + 1 - list;
		list = nul + 1;
	}
	return false;
}

bool fdt_is_compatible(const struct fdt *f, int node, const char *name)
{
	u32 len;
	const char *list = fdt_prop(f, node, "compatible", &len);

	return list && fdt_list_has(list, len, name);
}

int fdt_next_compatible(const struct fdt *f, int node, const char *name)
{
	for (node++; node >= 0 && (u32)node < f->nnodes; node++) {
		if (fdt_is_compatible(f, node, name))
			return node;
	}
	return -ENOENT;
}

int fdt_by_phandle(const struct fdt *f, u32 phandle)
{
	u32 have;

	for (int node = 0; (u32)node < f->nnodes; node++) {
		if (fdt_prop_u32(f, node, "phandle", 0, &have) == 0 && have == phandle)
			return node;
	}
	return -ENOENT;
}

bool fdt_is_enabled(const struct fdt *f, int node)
{
	u32 len;
	const char *status = fdt_prop(f, node, "status", &len);

	if (!status)
		return true;
	return fdt_list_has(status, len, "okay") || fdt_list_has(status, len, "ok");
}

/* --- addresses ----------------------------------------------------------- */

static u64 cells_read(const u8 *p, u32 ncells)
{
	if (ncells == 0)
		return 0;
	return ncells == 1 ? be32(p) : be64(p);
}

/* How many cells the addresses (*@na) and sizes (*@ns) of the children of @node have. */
static int cells_count(const struct fdt *f, int node, u32 *na, u32 *ns)
{
	if (fdt_prop_u32(f, node, "#address-cells", 0, na) < 0)
		*na = 2;
	if (fdt_prop_u32(f, node, "#size-cells", 0, ns) < 0)
		*ns = 1;
	return *na >= 1 && *na <= 2 && *ns <= 2 ? 0 : -EINVAL;
}

int fdt_reg(const struct fdt *f, int node, unsigned i, u64 *addr, u64 *size)
{
	u32 len, na, ns;
	const u8 *p = fdt_prop(f, node, "reg", &len);
	int parent = fdt_parent(f, node);

	if (!p || parent < 0)
		return -ENOENT;
	if (cells_count(f, parent, &na, &ns) < 0)
		return -EINVAL;
	if (i >= len / (4 * (na + ns)))
		return -ENOENT;
	p += 4ul * i * (na + ns);
	*addr = cells_read(p, na);
	*size = cells_read(p + 4ul * na, ns);
	return 0;
}

/* Translates *@addr, of @size bytes, from the bus below @bus to that above it, by the
 * "ranges" of @bus.  -ENOENT: no range has it. */
static int bus_translate(const struct fdt *f, int bus, u64 size, u64 *addr)
{
	u32 len, na, ns, up_na, up_ns, step;
	const u8 *p = fdt_prop(f, bus, "ranges", &len);
	int up = fdt_parent(f, bus);

	if (!p || up < 0)
		return -ENOENT;
	if (len == 0)
		return 0;
	if (cells_count(f, bus, &na, &ns) < 0 || cells_count(f, up, &up_na, &up_ns) < 0)
		return -EINVAL;
	step = 4 * (na + up_na + ns);
	for (; len >= step; p += step, len -= step) {
		u64 from = cells_read(p, na);
		u64 to = cells_read(p + 4ul * na, up_na);
		u64 bytes = cells_read(p + 4ul * (na + up_na), ns);

		if (*addr >= from && *addr - from <= bytes &&
		    size <= bytes - (*addr - from)) {
			*addr = to + (*addr - from);
			return 0;
		}
	}
	return -ENOENT;
}

int fdt_reg_pa(const struct fdt *f, int node, unsigned i, u64 *pa, u64 *size)
{
	int err = fdt_reg(f, node, i, pa, size);
	int bus = fdt_parent(f, node);

	while (!err && fdt_parent(f, bus) >= 0) {
		err = bus_translate(f, bus, *size, pa);
		bus = fdt_parent(f, bus);
	}
	return err;
}

int fdt_reserved(const struct fdt *f, unsigned i, u64 *addr, u64 *size)
{
	const u8 *p = f->blob + f->reserved;
	u32 room = (f->size - f->reserved) / 16;

	for (u32 n = 0; n < room && n <= i; n++, p += 16) {
		*addr = be64(p);
		*size = be64(p + 8);
		if (*addr == 0 && *size == 0)
			break;
		if (n == i)
			return 0;
	}
	return -ENOENT;
}
