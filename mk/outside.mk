# outside.mk - programs whose sources lie outside of this tree: XV6= (xv6/build.mk) and
# PROG= (user/prog.mk).

# a.c+b.S are the sources of one program, which has the name of the first.
outside_sources = $(subst +, ,$(1))
outside_name = $(basename $(notdir $(firstword $(outside_sources))))

# $(call outside_check,VARIABLE,FILES)
outside_check = $(call require_files,$(1),$(2), and a + the sources of one program)$(foreach f,$(2),\
	$(if $(findstring %,$(f))$(findstring =,$(f))$(findstring :,$(f)),\
	$(error $(1): $(f): a name with %, = or : in it does not work here)))

# $(call outside_twice,VARIABLE,NAMES): an error if two programs have one name.
outside_twice = $(foreach n,$(sort $(2)),$(if $(word 2,$(filter $(n),$(2))),\
	$(error $(1)='$($(1))': two programs are called $(n))))

# Objects are named by the path of their source, because many sources have the same name.
# $(call outside_object_of,FOLDER,SOURCE)
outside_object_of = $(1)/of/$(subst ..,__,$(2)).o

# $(call outside_object,SOURCE,OBJECT,COMMAND,PREREQUISITES) gives its rule.  An object's key
# has checksums of its source and headers: if these are replaced by other files, the new ones
# may be older than the object.
define outside_object
$(2).key: FORCE
	@mkdir -p $$(@D)
	@[ "$$$$(cat $$@ 2>/dev/null)" = "$$$$($$(key))" ] || $$(key) > $$@
$(2) $(2).key: key = { echo $(1); cksum $(1) $$$$(sed -n 's/:$$$$//p' $(2:.o=.d) 2>/dev/null) 2>/dev/null; }
$(2): $(1) $(2).key $(4)
	$$(call say,CC,$(1))
	$(Q)$(3) -MMD -MP -c -o $$@ $(1)
	@$$(key) > $$@.key && touch $$@
-include $(2:.o=.d)
endef
