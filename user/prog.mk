# prog.mk - programs whose sources lie outside of this tree, and what tools/pagoda-cc needs.
#
#   make qemu PROG='path/a.c path/b.c'   -> /a and /b in the image
#   PROG='path/a.c+path/b.c'             one program of two sources, /a; a.cc and a.cpp are C++
#   PROG=path/dir                        one program of all .c of a folder, /dir
#   make sdk                             $(BUILD)/sdk, from which tools/pagoda-cc works
#
# Wants what user/build.mk has, and mk/outside.mk.  Gives PROGS, the files for the image.
# build/prog/NAME.sym is the same program with names and lines, for gdb.

# --- the flags, as a shell script ---------------------------------------------------------

# SDK_CONFIG defines compile() and link(), which become the compiler.  $top is the folder of
# this tree, whose name may have blanks in it.
SDK := $(BUILD)/sdk
SDK_CONFIG := $(SDK)/config
sdk_path = $(if $(filter /%,$(1)),'$(1)',"$$top"/$(1))
comma := ,
sdk_start := $(call user_objects,user/lib/crt0.S)

# What a command line may change comes first, what it must not change comes last.  There
# is no -O, as for other compilers: a bug then does what its source says.
SDK_FIRST := -std=gnu17 -fno-common -ffunction-sections -fdata-sections
SDK_FIRST_CXX := -std=gnu++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics -ffunction-sections -fdata-sections
SDK_LAST := $(USER_ARCH) -mcmodel=medany -fno-pic -fno-pie -fno-stack-protector \
	-fno-asynchronous-unwind-tables -ftls-model=local-exec $(USER_FOREIGN) -D__unix__=1 -D__pagoda__=1 \
	-nostdinc -isystem $(call sdk_path,$(SDK)/include) -isystem $(PICOLIBC)/include \
	$(USER_CC_INCLUDE:%=-isystem %)
# The linker's warnings are errors for our own programs only.
sdk_ld_words := $(filter-out --fatal-warnings -T %.ld,$(USER_LDFLAGS)) -z stack-size=$(USER_STACK)
SDK_LINK := -nostdlib $(if $(LLVM),-fuse-ld=lld) $(sdk_ld_words:%=-Wl$(comma)%)
# -x none: what a -x before it said is for the user's files.
SDK_LIBS := -x none -Wl,-T -Wl,$(call sdk_path,user/lib/user.ld) $(call sdk_path,$(sdk_start)) $(call sdk_path,$(SDK)/lib.o) $(call sdk_path,$(USER_PTHREAD)) \
	-L$(call sdk_path,$(UO)) -L$(PICOLIBC_LIB) \
	-Wl,--start-group $(PICOLIBC_LIB)/libc.a $(wildcard $(PICOLIBC_LIB)/libm.a) $(USER_LIBGCC) -Wl,--end-group
SDK_CXX := $(if $(LLVM),$(CC:clang%=clang++%),$(TOOLPREFIX)g++)

sdk_line1 = cc='$(CC)' cxx='$(SDK_CXX)' objcopy='$(OBJCOPY)' objdump='$(OBJDUMP)'
sdk_line2 = compile() { exec $(CC) $(SDK_FIRST) "$$@" $(SDK_LAST); }
sdk_line3 = compile_cxx() { exec $(SDK_CXX) $(SDK_FIRST_CXX) "$$@" $(SDK_LAST); }
sdk_line4 = link() { $(CC) $(SDK_FIRST) $(SDK_LINK) "$$@" $(SDK_LAST) $(SDK_LIBS); }
sdk_line5 = link_cxx() { $(SDK_CXX) $(SDK_FIRST_CXX) $(SDK_LINK) "$$@" $(SDK_LAST) $(SDK_LIBS); }
$(SDK)/text: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(foreach n,1 2 3 4 5,$(call quoted,$(sdk_line$(n)))) > $@.new; cmp -s $@.new $@ || cp $@.new $@

# The headers: ours, and those of the kernel that they include.
$(SDK)/include: FORCE
	@mkdir -p $@
	@for h in user/include/* kernel/uapi; do [ -e $@/$${h##*/} ] || ln -s "$(CURDIR)"/$$h $@/; done

# Weak: a program may have functions of its own that are called getline() or err().  What
# these objects need from libc.a must not be weak, or the linker would leave it out.
$(SDK)/lib.o: $(filter-out $(sdk_start),$(USER_LIB_OBJ)) user/prog.mk
	@mkdir -p $(@D)
	$(Q)$(LD) -melf64lriscv -r -o $@ $(filter %.o,$^) && $(NM) -g --defined-only $@ | sed 's/.* //' > $(@:.o=.names) && \
		$(OBJCOPY) --weaken-symbols=$(@:.o=.names) $@

# Last of all: if it is there, all is.
$(SDK_CONFIG): $(sdk_start) $(SDK)/lib.o $(USER_PTHREAD) $(SDK)/text user/lib/user.ld | $(SDK)/include
	@cp $(SDK)/text $@

.PHONY: sdk
sdk: $(SDK_CONFIG) $(SDK)/include

# --- programs -----------------------------------------------------------------------------

PO := $(BUILD)/prog/obj-$(TOOLCHAIN)
PROGCC = PAGODA_BUILD=$(abspath $(BUILD)) tools/pagoda-$(if $(filter %.cc %.cpp %.cxx,$(1)),c++,cc)

prog_is_folder = $(if $(findstring +,$(1)),,$(wildcard $(1)/.))
prog_sources = $(if $(call prog_is_folder,$(1)),$(sort $(wildcard $(1:/=)/*.c)),$(call outside_sources,$(1)))
prog_name = $(if $(call prog_is_folder,$(1)),$(notdir $(abspath $(1))),$(call outside_name,$(1)))
$(foreach p,$(PROG),$(if $(call prog_sources,$(p)),,$(error PROG: $(p): there is no .c file in this folder)))

prog_files := $(foreach p,$(PROG),$(call prog_sources,$(p)))
$(call outside_check,PROG,$(prog_files))
$(call outside_twice,PROG,$(foreach p,$(sort $(PROG)),$(call prog_name,$(p))))

prog_object_of = $(call outside_object_of,$(PO),$(1))
prog_includes = -I$(dir $(1)) $(if $(wildcard $(dir $(1))include/.),-I$(dir $(1))include)

define prog_program
$(BUILD)/prog/$(1).key: FORCE
	@$$(call write_key,$(2))
$(BUILD)/prog/$(1).sym: $(foreach s,$(2),$(call prog_object_of,$(s))) $(SDK_CONFIG) tools/lines.awk $(BUILD)/prog/$(1).key
	$$(call say,LD,$$@)
	$(Q)$(call PROGCC,$(2)) -g -o $(BUILD)/prog/$(1) $$(filter %.o,$$^)
$(BUILD)/prog/$(1): $(BUILD)/prog/$(1).sym ;
PROGS += $(BUILD)/prog/$(1)
endef

PROGS :=
$(foreach s,$(sort $(prog_files)),$(eval $(call outside_object,$(s),$(call prog_object_of,$(s)),\
	$(call PROGCC,$(s)) -g -Wall $(call prog_includes,$(s)) $(PROGFLAGS),$(SDK_CONFIG))))
$(foreach p,$(sort $(PROG)),$(eval $(call prog_program,$(call prog_name,$(p)),$(call prog_sources,$(p)))))

# A program that was asked for replaces ours of the same name in the image.
UPROGS := $(filter-out $(foreach p,$(PROGS),%/$(notdir $(p))),$(UPROGS))
programs: $(PROGS)
