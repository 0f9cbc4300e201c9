# build.mk - xv6 program sources (XV6=...) against the headers and library of
# this folder.

include tools/build.mk
