// sources: kernel/lib/fdt.c
/* test_fdt.c - the device tree reader: on trees made by dtc and by QEMU, cut
 * off at every length, and with bytes changed at random. */
#include "rig.h"

#include <string.h>
#include <unistd.h>

#include "fdt_exercise.h"
#include "uapi/errno.h"

static const char source[] =
	"/dts-v1/;\n"
	"/memreserve/ 0x80000000 0x40000;\n"
	"/memreserve/ 0x123456789 0x1000;\n"
	"/ {\n"
	"  #address-cells = <2>; #size-cells = <2>;\n"
	"  compatible = \"maker,board\", \"maker,family\";\n"
	"  memory@80000000 { device_type = \"memory\";\n"
	"    reg = <0 0x80000000 0 0x8000000>, <1 0 0 0x1000>; };\n"
	"  cpus { #address-cells = <1>; #size-cells = <0>;\n"
	"    timebase-frequency = <10000000>;\n"
	"    cpu@3 { reg = <3>; intc: interrupt-controller { phandle = <77>; }; }; };\n"
	"  soc { #address-cells = <1>; #size-cells = <1>; compatible = \"simple-bus\";\n"
	"    ranges = <0x1000 1 0x5000 0x1000>, <0x8000 0 0x20008000 0x100>;\n"
	"    serial@1100 { compatible = \"a,b\", \"ns16550a\"; reg = <0x1100 0x100>; };\n"
	"    serial@8080 { compatible = \"ns16550a\"; reg = <0x8080 0x80>;\n"
	"      status = \"okay\"; };\n"
	"    serial@8090 { compatible = \"ns16550a\"; reg = <0x8090 0x80>; };\n"
	"    off@0 { status = \"disabled\"; big = /bits/ 64 <0x123456789abcdef0>; };\n"
	"    bus { #address-cells = <1>; #size-cells = <1>; ranges;\n"
	"      deep@8010 { reg = <0x8010 4>; }; };\n"
	"    shut { #address-cells = <1>; #size-cells = <1>; deep@1 { reg = <1 1>; }; };\n"
	"  };\n"
	"  empty-prop-node { nothing; text = \"abc\"; raw = [61 62];\n"
	"    three = [01 02 03]; };\n"
	"};\n";

static u8 *blob; /* exactly blob_size bytes, so that a read past the end is noticed */
static size_t blob_size;
static struct fdt fdt;

/* A command's whole output; NULL if it failed. */
static u8 *output_of(const char *command, size_t *size)
{
	FILE *f = popen(command, "r");
	u8 *all = malloc(1 << 20), *exact = NULL;

	*size = fread(all, 1, 1 << 20, f);
	if (pclose(f) == 0 && *size > 0) {
		exact = malloc(*size);
		memcpy(exact, all, *size);
	}
	free(all);
	return exact;
}

static int set_up(void **state)
{
	char path[] = "/tmp/test_fdt.XXXXXX", command[128];
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0 || write(fd, source, sizeof(source) - 1) != sizeof(source) - 1)
		return -1;
	close(fd);
	snprintf(command, sizeof(command), "dtc -q -I dts -O dtb %s", path);
	blob = output_of(command, &blob_size);
	unlink(path);
	return blob && fdt_open(&fdt, blob, blob_size) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(blob);
	return 0;
}

static void finds_nodes_by_path(void **state)
{
	int soc = fdt_node(&fdt, "/soc");

	(void)state;
	assert_int_equal(fdt_node(&fdt, "/"), 0);
	assert_string_equal(fdt_node_name(&fdt, 0), "");
	assert_true(soc > 0);
	assert_string_equal(fdt_node_name(&fdt, soc), "soc");
	assert_string_equal(fdt_node_name(&fdt, fdt_node(&fdt, "/memory")),
			    "memory@80000000");
	assert_string_equal(fdt_node_name(&fdt, fdt_node(&fdt, "/soc/serial")),
			    "serial@1100");
	assert_string_equal(fdt_node_name(&fdt, fdt_node(&fdt, "/soc/serial@8080")),
			    "serial@8080");
	assert_string_equal(fdt_node_name(&fdt, fdt_node(&fdt, "//soc/bus/deep@8010/")),
			    "deep@8010");
	assert_int_equal(fdt_node(&fdt, "/so"), -ENOENT);
	assert_int_equal(fdt_node(&fdt, "/socket"), -ENOENT);
	assert_int_equal(fdt_node(&fdt, "/serial"), -ENOENT);
	assert_int_equal(fdt_node(&fdt, "/soc/serial@8"), -ENOENT);
	assert_int_equal(fdt_node(&fdt, "soc"), -ENOENT);
	assert_int_equal(fdt_node(&fdt, ""), -ENOENT);
}

static void walks_the_tree(void **state)
{
	int soc = fdt_node(&fdt, "/soc"), n = 0;

	(void)state;
	for (int c = fdt_first_child(&fdt, 0); c >= 0; c = fdt_next_sibling(&fdt, c)) {
		assert_int_equal(fdt_parent(&fdt, c), 0);
		n++;
	}
	assert_int_equal(n, 4);
	n = 0;
	for (int c = fdt_first_child(&fdt, soc); c >= 0; c = fdt_next_sibling(&fdt, c)) {
		assert_int_equal(fdt_parent(&fdt, c), soc);
		n++;
	}
	assert_int_equal(n, 6);
	assert_int_equal(fdt_parent(&fdt, 0), -ENOENT);
	assert_int_equal(fdt_next_sibling(&fdt, 0), -ENOENT);
	assert_int_equal(fdt_first_child(&fdt, fdt_node(&fdt, "/memory")), -ENOENT);
	assert_int_equal(fdt_parent(&fdt, fdt_node(&fdt, "/soc/bus/deep")),
			 fdt_node(&fdt, "/soc/bus"));
	assert_int_equal(fdt_exercise(blob, blob_size), 14);
}

static void finds_compatible_nodes(void **state)
{
	int a = fdt_next_compatible(&fdt, -1, "ns16550a");
	int b = fdt_next_compatible(&fdt, a, "ns16550a");
	int c = fdt_next_compatible(&fdt, b, "ns16550a");

	(void)state;
	assert_string_equal(fdt_node_name(&fdt, a), "serial@1100");
	assert_string_equal(fdt_node_name(&fdt, b), "serial@8080");
	assert_string_equal(fdt_node_name(&fdt, c), "serial@8090");
	assert_int_equal(fdt_next_compatible(&fdt, c, "ns16550a"), -ENOENT);
	assert_int_equal(fdt_next_compatible(&fdt, -1, "maker,family"), 0);
	assert_int_equal(fdt_next_compatible(&fdt, -1, "maker"), -ENOENT);
	assert_int_equal(fdt_next_compatible(&fdt, -1, "ns16550"), -ENOENT);
	assert_int_equal(fdt_next_compatible(&fdt, 1 << 20, "ns16550a"), -ENOENT);
	assert_string_equal(fdt_node_name(&fdt, fdt_by_phandle(&fdt, 77)),
			    "interrupt-controller");
	assert_int_equal(fdt_by_phandle(&fdt, 78), -ENOENT);
}

static void reads_properties(void **state)
{
	int node = fdt_node(&fdt, "/empty-prop-node"), soc = fdt_node(&fdt, "/soc");
	int off = fdt_node(&fdt, "/soc/off"), mem = fdt_node(&fdt, "/memory");
	u32 len = 99, cell;
	u64 number;

	(void)state;
	assert_non_null(fdt_prop(&fdt, node, "nothing", &len));
	assert_int_equal(len, 0);
	assert_null(fdt_prop(&fdt, node, "noth", &len));
	assert_null(fdt_prop(&fdt, soc, "text", &len));
	assert_null(fdt_prop(&fdt, -ENOENT, "text", &len));
	assert_string_equal(fdt_prop_string(&fdt, node, "text"), "abc");
	assert_null(fdt_prop_string(&fdt, node, "raw"));
	assert_null(fdt_prop_string(&fdt, node, "nothing"));
	assert_int_equal(fdt_prop_u32(&fdt, mem, "reg", 4, &cell), 0);
	assert_int_equal(cell, 1);
	assert_int_equal(fdt_prop_u32(&fdt, mem, "reg", 8, &cell), -ENOENT);
	assert_int_equal(fdt_prop_u32(&fdt, mem, "reg", ~0u, &cell), -ENOENT);
	assert_int_equal(fdt_prop_u32(&fdt, node, "three", 0, &cell), -ENOENT);
	assert_int_equal(fdt_prop_number(&fdt, off, "big", &number), 0);
	assert_int_equal(number, 0x123456789abcdef0);
	assert_int_equal(fdt_prop_number(&fdt, fdt_node(&fdt, "/cpus"),
					 "timebase-frequency", &number),
			 0);
	assert_int_equal(number, 10000000);
	assert_int_equal(fdt_prop_number(&fdt, mem, "reg", &number), -ENOENT);
	assert_false(fdt_is_enabled(&fdt, off));
	assert_true(fdt_is_enabled(&fdt, soc));
	assert_true(fdt_is_enabled(&fdt, fdt_node(&fdt, "/soc/serial@8080")));
}

static void check_pa(const char *path, u64 want)
{
	u64 pa, size;

	assert_int_equal(fdt_reg_pa(&fdt, fdt_node(&fdt, path), 0, &pa, &size), 0);
	assert_int_equal(pa, want);
}

static void reads_addresses(void **state)
{
	int mem = fdt_node(&fdt, "/memory");
	u64 a, s;

	(void)state;
	assert_int_equal(fdt_reg(&fdt, mem, 0, &a, &s), 0);
	assert_int_equal(a, 0x80000000);
	assert_int_equal(s, 0x8000000);
	assert_int_equal(fdt_reg(&fdt, mem, 1, &a, &s), 0);
	assert_int_equal(a, 0x100000000);
	assert_int_equal(fdt_reg(&fdt, mem, 2, &a, &s), -ENOENT);
	assert_int_equal(fdt_reg(&fdt, mem, ~0u, &a, &s), -ENOENT);
	assert_int_equal(fdt_reg(&fdt, fdt_node(&fdt, "/cpus/cpu"), 0, &a, &s), 0);
	assert_int_equal(a, 3);
	assert_int_equal(s, 0);
	assert_int_equal(fdt_reg(&fdt, 0, 0, &a, &s), -ENOENT);
	assert_int_equal(fdt_reg(&fdt, fdt_node(&fdt, "/soc/serial"), 0, &a, &s), 0);
	assert_int_equal(a, 0x1100);
	check_pa("/memory", 0x80000000);
	check_pa("/soc/serial@1100", 0x100005100);
	check_pa("/soc/serial@8080", 0x20008080);
	check_pa("/soc/bus/deep", 0x20008010);
	/* One ends outside the range; the other is on a bus without ranges. */
	assert_int_equal(fdt_reg_pa(&fdt, fdt_node(&fdt, "/soc/serial@8090"), 0, &a, &s),
			 -ENOENT);
	assert_int_equal(fdt_reg_pa(&fdt, fdt_node(&fdt, "/soc/shut/deep"), 0, &a, &s),
			 -ENOENT);
}

static void reads_reservations(void **state)
{
	u64 a, s;

	(void)state;
	assert_int_equal(fdt_reserved(&fdt, 0, &a, &s), 0);
	assert_int_equal(a, 0x80000000);
	assert_int_equal(s, 0x40000);
	assert_int_equal(fdt_reserved(&fdt, 1, &a, &s), 0);
	assert_int_equal(a, 0x123456789);
	assert_int_equal(fdt_reserved(&fdt, 2, &a, &s), -ENOENT);
	assert_int_equal(fdt_reserved(&fdt, 3, &a, &s), -ENOENT);
}

/* A copy of the first @n bytes.  With @say_so the header gives @n as the size. */
static u8 *cut(size_t n, bool say_so)
{
	u8 *part = malloc(n ? n : 1);

	memcpy(part, blob, n);
	if (say_so && n >= 8)
		for (int i = 0; i < 4; i++)
			part[4 + i] = n >> (24 - 8 * i);
	return part;
}

static void survives_truncation(void **state)
{
	struct fdt f;

	(void)state;
	for (size_t n = 0; n < blob_size; n++) {
		u8 *part = cut(n, false);

		assert_int_equal(fdt_open(&f, part, n), -EINVAL);
		free(part);
		part = cut(n, true);
		fdt_exercise(part, n);
		free(part);
	}
}

/* The structure block shortened to every length, the rest intact. */
static void survives_short_structures(void **state)
{
	(void)state;
	for (u32 n = 0; n <= fdt.structs_size; n++) {
		u8 *copy = cut(blob_size, false);

		for (int i = 0; i < 4; i++)
			copy[36 + i] = n >> (24 - 8 * i);
		assert_true(fdt_exercise(copy, blob_size) <= 14);
		free(copy);
	}
}

/* Each word of the blob in turn gets values that may make sums overflow. */
static void survives_extreme_words(void **state)
{
	static const u32 extremes[] = { 0xffffffff, 0xfffffffc, 0xfffffff4, 0x80000000,
					0x7fffffff, 0,          1,          3 };

	(void)state;
	for (size_t at = 0; at + 4 <= blob_size; at += 4) {
		for (size_t x = 0; x < ARRAY_SIZE(extremes); x++) {
			u8 *copy = cut(blob_size, false);

			for (int i = 0; i < 4; i++)
				copy[at + i] = extremes[x] >> (24 - 8 * i);
			fdt_exercise(copy, blob_size);
			free(copy);
		}
	}
}

/* A last node whose name ends exactly with the structure block. */
static void survives_a_name_at_the_end(void **state)
{
	static const u8 tail[] = { 0, 0, 0, 1, 'a', 0 };
	u8 small[40 + 16 + 6] = { 0xd0, 0x0d, 0xfe, 0xed, 0, 0, 0, sizeof(small) };
	struct fdt f;
	u8 *copy;

	(void)state;
	small[11] = 40, small[15] = 40, small[19] = 40;
	small[23] = 17, small[27] = 16, small[39] = 8 + sizeof(tail);
	small[43] = 1; /* the root */
	memcpy(small + 48, tail, sizeof(tail));
	copy = malloc(48 + sizeof(tail));
	memcpy(copy, small, 48 + sizeof(tail));
	copy[7] = 48 + sizeof(tail);
	assert_int_equal(fdt_open(&f, copy, 48 + sizeof(tail)), 0);
	assert_int_equal(fdt_first_child(&f, 0), -ENOENT); /* not wholly there */
	fdt_exercise(copy, 48 + sizeof(tail));
	free(copy);
}

static void corrupt_and_exercise(const u8 *from, size_t size, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		u8 *copy = malloc(size);
		u64 changes = 1 + rig_below(8);

		memcpy(copy, from, size);
		while (changes--) {
			u64 at = rig_below(4) ? rig_below(size) : rig_below(40);

			copy[at] = rig_below(2) ? rig_random()
						: copy[at] ^ 1ul << rig_below(8);
		}
		fdt_exercise(copy, size);
		free(copy);
	}
}

static void survives_corruption(void **state)
{
	(void)state;
	corrupt_and_exercise(blob, blob_size, 3000);
}

static void reads_qemus_tree(void **state)
{
	size_t size;
	u8 *real = output_of("f=$(mktemp) && qemu-system-riscv64 -M virt,dumpdtb=$f -smp 3 "
			     "-m 256M >/dev/null 2>&1; cat $f; rm -f $f",
			     &size);
	struct fdt f;
	u64 a, s;
	int node = -1, n = 0;

	(void)state;
	if (!real)
		skip();
	assert_int_equal(fdt_open(&f, real, size), 0);
	assert_int_equal(fdt_reg(&f, fdt_node(&f, "/memory"), 0, &a, &s), 0);
	assert_int_equal(a, 0x80000000);
	assert_int_equal(s, 256 * MIB);
	while ((node = fdt_next_compatible(&f, node, "virtio,mmio")) >= 0) {
		assert_int_equal(fdt_reg_pa(&f, node, 0, &a, &s), 0);
		assert_in_range(a, 0x10001000, 0x10008000);
		n++;
	}
	assert_int_equal(n, 8);
	for (n = 0, node = fdt_first_child(&f, fdt_node(&f, "/cpus")); node >= 0;
	     node = fdt_next_sibling(&f, node))
		n += strncmp(fdt_node_name(&f, node), "cpu@", 4) == 0;
	assert_int_equal(n, 3);
	assert_string_equal(fdt_prop_string(&f, fdt_node(&f, "/chosen"), "stdout-path"),
			    fdt_node(&f, "/soc/serial") >= 0 ? "/soc/serial@10000000"
							     : "/uart@10000000");
	corrupt_and_exercise(real, size, 100);
	free(real);
}

/* A root with @n children.  If @open, no node ends, so each lies within the one before. */
static u8 *wide_tree(u32 n, bool open, size_t *size)
{
	u32 words = 10 + 4 + 2 + n * (open ? 2 : 3) + (open ? 0 : 2), at = 14;
	u32 *w = calloc(words, 4);

	*size = words * 4ul;
	w[0] = 0xd00dfeed;
	w[1] = *size;
	w[2] = 56; /* structures */
	w[3] = *size;
	w[4] = 40; /* reservations: 16 bytes of 0 */
	w[5] = 17;
	w[6] = 16;
	w[9] = *size - 56;
	w[at] = 1; /* the root, whose name is empty */
	at += 2;
	for (u32 i = 0; i < n; i++) {
		w[at] = 1;
		w[at + 1] = (u32)'n' << 24;
		at += 2;
		if (!open)
			w[at++] = 2;
	}
	if (!open) {
		w[at] = 2;
		w[at + 1] = 9;
	}
	for (u32 i = 0; i < words; i++)
		w[i] = __builtin_bswap32(w[i]);
	return (u8 *)w;
}

static void reads_as_many_nodes_as_there_is_room_for(void **state)
{
	size_t size;
	u8 *tree = wide_tree(FDT_NODES - 1, false, &size);
	static struct fdt f;
	u32 n = 0;

	(void)state;
	assert_int_equal(fdt_open(&f, tree, size), 0);
	for (int c = fdt_first_child(&f, 0); c >= 0; c = fdt_next_sibling(&f, c))
		n++;
	assert_int_equal(n, FDT_NODES - 1);
	free(tree);
	tree = wide_tree(FDT_NODES, false, &size);
	assert_int_equal(fdt_open(&f, tree, size), -E2BIG);
	free(tree);
}

static void nodes_that_never_end_have_no_siblings(void **state)
{
	size_t size;
	u8 *tree = wide_tree(5, true, &size);
	struct fdt f;

	(void)state;
	assert_int_equal(fdt_open(&f, tree, size), 0);
	for (int node = 0; node <= 5; node++) {
		assert_int_equal(fdt_next_sibling(&f, node), -ENOENT);
		assert_int_equal(fdt_first_child(&f, node), node < 5 ? node + 1 : -ENOENT);
		assert_int_equal(fdt_parent(&f, node), node > 0 ? node - 1 : -ENOENT);
	}
	free(tree);
}

static void refuses_blobs_that_are_no_tree(void **state)
{
	u8 *copy = cut(blob_size, false);
	struct fdt f;

	(void)state;
	copy[23] = 16; /* version */
	assert_int_equal(fdt_open(&f, copy, blob_size), -EINVAL);
	copy[23] = 17;
	copy[27] = 18; /* last compatible version */
	assert_int_equal(fdt_open(&f, copy, blob_size), -EINVAL);
	copy[27] = 16;
	assert_int_equal(fdt_open(&f, copy, blob_size), 0);
	copy[0] = 0;
	assert_int_equal(fdt_open(&f, copy, blob_size), -EINVAL);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_nodes_by_path),
		cmocka_unit_test(walks_the_tree),
		cmocka_unit_test(finds_compatible_nodes),
		cmocka_unit_test(reads_properties),
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(reads_reservations),
		cmocka_unit_test(survives_truncation),
		cmocka_unit_test(survives_short_structures),
		cmocka_unit_test(survives_extreme_words),
		cmocka_unit_test(survives_a_name_at_the_end),
		cmocka_unit_test(survives_corruption),
		cmocka_unit_test(reads_qemus_tree),
		cmocka_unit_test(reads_as_many_nodes_as_there_is_room_for),
		cmocka_unit_test(nodes_that_never_end_have_no_siblings),
		cmocka_unit_test(refuses_blobs_that_are_no_tree),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
