// sources: kernel/lib/unwind.c
// cflags:
/* test_unwind.c - what the code of a function tells about its stack, and what is a call. */
#include "rig.h"

#include <string.h>

#include "lib/unwind.h"

/* The program's memory, from address 0 on. */
static const u16 memory[] = {
	/* 0 plain: */
	0x7179,         /* addi sp,sp,-48   */
	0xf406,         /* sd ra,40(sp)     */
	0xf022,         /* sd s0,32(sp)     */
	0xf0ef, 0xffbf, /* 6: jal plain     */
	0x70a2,         /* a: ld ra,40(sp)  */
	0x6145,         /* addi sp,sp,48    */
	0x8082,         /* e: ret           */
	/* 10 large: */
	0x7179,         /* addi sp,sp,-48   */
	0x72ed,         /* lui t0,-20480    */
	0x8293, 0x1e02, /* addi t0,t0,480   */
	0xf022,         /* sd s0,32(sp)     */
	0xf406,         /* sd ra,40(sp)     */
	0x9116,         /* 1c: add sp,sp,t0 */
	0x42a1,         /* li t0,8          */
	0x0133, 0x4051, /* sub sp,sp,t0     */
	0xf0ef, 0xfddf, /* 24: jal plain    */
	/* 28 early: */
	0xc901,         /* beqz a0,38       */
	0x1141,         /* addi sp,sp,-16   */
	0xe406,         /* sd ra,8(sp)      */
	0xf0ef, 0xfd3f, /* 2e: jal plain    */
	0x60a2,         /* ld ra,8(sp)      */
	0x0141,         /* addi sp,sp,16    */
	0x8082,         /* 36: ret          */
	0x4108,         /* 38: lw a0,0(a0)  */
	0x8082,         /* ret              */
	/* 3c pointer: */
	0x1101,         /* addi sp,sp,-32   */
	0xec06,         /* sd ra,24(sp)     */
	0xe822,         /* sd s0,16(sp)     */
	0x1000,         /* addi s0,sp,32    */
	0x0133, 0x40a1, /* 44: sub sp,sp,a0 */
	0x9582,         /* 48: jalr a1      */
	0x0113, 0xfe04, /* addi sp,s0,-32   */
	0x60e2,         /* 4e: ld ra,24(sp) */
	0x6105,         /* addi sp,sp,32    */
	0x8082,         /* ret              */
	/* 54 save2: */
	0x7159, /* addi sp,sp,-112  */
	0x4305, /* li t1,1 */
	0x0312, /* slli t1,t1,4 */
	0xa009, /* j 5c */
	0xf0a2, /* 5c: sd s0,96(sp) */
	0xf486, /* sd ra,104(sp)    */
	0x911a, /* add sp,sp,t1     */
	0x8282, /* jr t0            */
	/* 64 routine: */
	0xf2ef, 0xff1f, /* jal t0,save2     */
	0x7101,         /* 68: addi sp,sp,-512 */
	0x0097, 0x0000, /* 6a: auipc ra,0   */
	0x80e7, 0xf9c0, /* jalr ra,-100(ra) */
	0x0001,         /* 72: nop          */
	0x9002,         /* ebreak           */
	/* 76 long: */
	0x0113, 0xfd01, /* addi sp,sp,-48   */
	0x3423, 0x0211, /* sd ra,40(sp)     */
	0x3023, 0x0281, /* sd s0,32(sp)     */
	0x0413, 0x0301, /* addi s0,sp,48    */
	0x82e7, 0x0000, /* 86: jalr t0,ra: no call that keeps ra */
	0x80e7, 0x0005, /* 8a: jalr ra,a1   */
	0x0001,         /* 8e: nop          */
	/* 90 far: */
	0x0297, 0x0000, /* auipc t0,0       */
	0x82e7, 0xfc42, /* jalr t0,-60(t0): save2 */
	0x0001,         /* 98: nop          */
};

static u64 readable = sizeof(memory);

static bool read_memory(va_t va, void *dst, u64 n)
{
	assert_in_range(n, 1, 256);
	if (va >= readable || n > readable - va)
		return false;
	memcpy(dst, (const u8 *)memory + va, n);
	return true;
}

static void expect(va_t start, va_t pc, struct unwind want)
{
	struct unwind u;

	assert_true(unwind_scan(read_memory, start, pc, &u));
	assert_int_equal(u.lowered, want.lowered);
	assert_int_equal(u.ra, want.ra);
	assert_int_equal(u.s0, want.s0);
	assert_int_equal(u.s0_base, want.s0_base);
	assert_int_equal(u.sp_lost, want.sp_lost);
}

static void test_prologue(void **state)
{
	(void)state;
	expect(0, 0, (struct unwind){ 0 });
	expect(0, 2, (struct unwind){ .lowered = 48 });
	expect(0, 4, (struct unwind){ .lowered = 48, .ra = 8 });
	expect(0, 10, (struct unwind){ .lowered = 48, .ra = 8, .s0 = 16 });
	expect(0, 14, (struct unwind){ .lowered = 0, .ra = 8, .s0 = 16 });
	expect(0x76, 0x8a,
	       (struct unwind){ .lowered = 48, .ra = 8, .s0 = 16, .s0_base = true });
}

static void test_large_frame(void **state)
{
	(void)state;
	expect(0x10, 0x1e, (struct unwind){ .lowered = 48 + 20000, .ra = 8, .s0 = 16 });
	expect(0x10, 0x24, (struct unwind){ .lowered = 48 + 20008, .ra = 8, .s0 = 16 });
}

/* Code that follows a return is reached with the frame, as far as anyone can tell. */
static void test_after_a_return(void **state)
{
	(void)state;
	expect(0x28, 0x36, (struct unwind){ .lowered = 0, .ra = 8 });
	expect(0x28, 0x38, (struct unwind){ .lowered = 16, .ra = 8 });
}

static void test_frame_of_unknown_size(void **state)
{
	(void)state;
	expect(0x3c, 0x44,
	       (struct unwind){ .lowered = 32, .ra = 8, .s0 = 16, .s0_base = true });
	expect(0x3c, 0x4a,
	       (struct unwind){ .lowered = 32,
				.ra = 8,
				.s0 = 16,
				.s0_base = true,
				.sp_lost = true });
}

static void test_routine_that_saves(void **state)
{
	(void)state;
	expect(0x64, 0x68, (struct unwind){ .lowered = 96, .ra = 8, .s0 = 16 });
	expect(0x90, 0x98, (struct unwind){ .lowered = 96, .ra = 8, .s0 = 16 });
	expect(0x64, 0x72, (struct unwind){ .lowered = 96 + 512, .ra = 8, .s0 = 16 });
}

static void test_calls(void **state)
{
	(void)state;
	assert_int_equal(unwind_call(read_memory, 10, 0), CALL_OF_START);
	assert_int_equal(unwind_call(read_memory, 10, 2), CALL_OF_ANOTHER);
	assert_int_equal(unwind_call(read_memory, 0x28, 0), CALL_OF_START);
	assert_int_equal(unwind_call(read_memory, 0x4a, 1234), CALL_OF_START);
	assert_int_equal(unwind_call(read_memory, 0x72, 6), CALL_OF_START);
	assert_int_equal(unwind_call(read_memory, 0x72, 0), CALL_OF_ANOTHER);
	assert_int_equal(unwind_call(read_memory, 0x8e, 0), CALL_OF_START);
	/* jal t0, jalr t0, ebreak, ret, and what is no code at all */
	assert_int_equal(unwind_call(read_memory, 0x68, 0x54), CALL_NONE);
	assert_int_equal(unwind_call(read_memory, 0x8a, 0), CALL_NONE);
	assert_int_equal(unwind_call(read_memory, 0x76, 0), CALL_NONE);
	assert_int_equal(unwind_call(read_memory, 0x10, 0), CALL_NONE);
	for (va_t va = 0; va < 4; va++)
		assert_int_equal(unwind_call(read_memory, va, 0), CALL_NONE);
	assert_int_equal(unwind_call(read_memory, 11, 0), CALL_NONE);
	assert_int_equal(unwind_call(read_memory, -1ul, 0), CALL_NONE);
}

static void test_what_cannot_be_read(void **state)
{
	struct unwind u;

	(void)state;
	assert_false(unwind_scan(read_memory, 0, 0x10000, &u));
	assert_false(unwind_scan(read_memory, 1, 0x10, &u));
	for (readable = 0; readable < 0x68; readable++)
		assert_false(unwind_scan(read_memory, 0x64, 0x68, &u));
	readable = sizeof(memory);
	assert_true(unwind_scan(read_memory, 0x64, 0x68, &u));
}

static bool read_zeros(va_t va, void *dst, u64 n)
{
	(void)va;
	memset(dst, 0, n);
	return true;
}

/* `j .` in a routine goes round for ever. */
static bool read_loop(va_t va, void *dst, u64 n)
{
	static const u8 code[] = { 0xef, 0x02, 0x40, 0x00, 0x01, 0xa0 };

	memcpy(dst, code + (va < 6 ? va : 4), n);
	return true;
}

static void test_it_ends(void **state)
{
	struct unwind u;

	(void)state;
	assert_true(unwind_scan(read_zeros, 0, 2ul * UNWIND_SCAN, &u));
	assert_false(unwind_scan(read_zeros, 0, 2ul * UNWIND_SCAN + 2, &u));
	assert_false(unwind_scan(read_loop, 0, 4, &u));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prologue),
		cmocka_unit_test(test_large_frame),
		cmocka_unit_test(test_after_a_return),
		cmocka_unit_test(test_frame_of_unknown_size),
		cmocka_unit_test(test_routine_that_saves),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_what_cannot_be_read),
		cmocka_unit_test(test_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
