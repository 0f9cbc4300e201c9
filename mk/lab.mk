# lab.mk - what a lab calls for: LAB=name on make's command line, in the environment, or in
# conf/lab.mk, where the labs' own trees have it.  The first of these wins, for LAB and for
# each variable below.  Gives defaults for CPUS, XV6, ADD, FSBIG, FSSIZE and NET; LAB_BOOT, the
# boot options; LAB_CFLAGS, flags for the lab's programs; and the targets of labs.

LABS := util syscall pgtbl traps lazy cow thread net lock fs mmap

# A lab of one's own: that of a grader which lies here.
grade_found := $(patsubst grade-lab-%,%,$(wildcard grade-lab-*))

lab_variables := LAB CPUS MEM BOOTARGS QEMUEXTRA XV6 XV6FLAGS EXAMPLES ADD FSBIG FSSIZE NET LEGACY
$(foreach v,$(lab_variables),$(if $(filter environment,$(origin $(v))),$(eval lab_given_$(v) := $$($(v)))))
-include conf/lab.mk
$(foreach v,$(lab_variables),$(if $(filter file,$(origin lab_given_$(v))),$(eval $(v) := $$(lab_given_$(v)))))

lab := $(strip $(LAB))
$(if $(or $(filter-out $(LABS) $(grade_found),$(lab)),$(word 2,$(lab))),$(error LAB='$(lab)': there is no such lab; there are: $(LABS)))

# Programs of the first lab may use two pages of stack.
lab_boot_util := stack=2
# Only 2020 looks at the two counts, and only 2026 at the highest break.
lab_boot_pgtbl := stats=lab utop=usyscall
lab_boot_traps := backtrace=pause
lab_boot_lazy := heap=lazy
lab_boot_lock := stats=lock
# FSSIZE: blocks of a new image.  MEM: kalloctest counts the free pages, and of 128 MiB this
# kernel keeps more for itself than xv6 does.
lab_set_lock := CPUS=4 FSSIZE=10000 MEM=136M
lab_set_fs := CPUS=1 FSBIG=1
lab_set_net := NET=1

LAB_BOOT := $(lab_boot_$(lab))
LAB_CFLAGS := $(if $(lab),$(addsuffix _$(shell echo $(lab) | tr a-z A-Z),-DSOL -DLAB))
$(foreach s,$(lab_set_$(lab)),$(eval $(subst =, ?= ,$(s))))

ifneq ($(lab),)
# The lab's programs and files are those that lie in user/ itself.  A file without main() is
# part of a library, such as xv6's own.
lab_programs := ${shell grep -lE '^([a-z]+[[:space:]]+)?main[[:space:]]*[(]' user/*.c 2>/dev/null}
XV6 ?= $(call xv6_with_switch,$(lab_programs))
ADD ?= $(wildcard README user/*.sh user/*.txt)
endif

# --- grading ---------------------------------------------------------------------------

# Without LAB: the grader that lies here, if it is the only one.
grade_lab := $(or $(lab),$(if $(word 2,$(grade_found)),,$(grade_found)))
grade_script := grade-lab-$(grade_lab)

# The grader calls make itself, with the variables that were given here.  A make that shares
# its jobs would begin with a warning, which the grader would take for the start of QEMU.
.PHONY: grade
ifneq ($(grade_lab),)
grade:
	@[ -x $(grade_script) ] || { printf '%s\n' "make grade: there is no program ./$(grade_script) here;" \
		"copy it from the lab's tree" >&2; exit 1; }
	@[ -e gradelib.py ] || ! grep -q gradelib $(grade_script) || { printf '%s\n' "make grade: $(grade_script)" \
		"needs gradelib.py; copy it from the lab's tree" >&2; exit 1; }
	$(Q)$(MAKE) --no-print-directory clean
	$(Q)unset MAKELEVEL MFLAGS; MAKEFLAGS=$(call quoted,-- LAB=$(grade_lab) $(MAKEOVERRIDES)) ./$(grade_script) -v $(GRADEFLAGS)
else ifneq ($(grade_found),)
grade:
	@echo "make grade: LAB= must name one of: $(grade_found)" >&2; exit 1
else
grade:
	@printf '%s\n' "make grade: no grader grade-lab-NAME is in this folder; copy it from the" \
		"lab's tree (docs/xv6.md says how).  The tests of this kernel are run by ./test" >&2; exit 1
endif

# Programs for this computer, of the thread lab.
lab_host_programs := $(patsubst notxv6/%.c,%,$(wildcard notxv6/ph.c notxv6/barrier.c))
$(lab_host_programs): %: notxv6/%.c
	$(call say,HOSTCC,$@)
	$(Q)$(HOSTCC) -O2 -g -pthread -o $@ $<
