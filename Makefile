# git-agent: one GNU Makefile. Everything built lands under build/.
#
#   make            the program and its module, in build/
#   make check      layers, purity, unit tests, end-to-end tests
#   make SAN=asan   the same in build/asan with AddressSanitizer and UBSan (also: SAN=ubsan)
#   make CC=clang B=build/clang    with another compiler, in a tree of its own
#   make fuzz       libFuzzer targets in build/fuzz (clang)
#   make bench      measured ratios against floors
#   make install    PREFIX=/usr/local, DESTDIR honoured

VERSION := 0.1.0
CC ?= gcc
SAN ?=
B ?= build$(if $(SAN),/$(SAN))
PREFIX ?= /usr/local
BINDIR = $(PREFIX)/bin
LIBEXECDIR = $(PREFIX)/libexec/git-agent
MANDIR = $(PREFIX)/share/man

PKGS_MAIN = sqlite3 libcjson libcmark
PKGS_GIT = libgit2

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
       -Wundef -Wwrite-strings -Wpointer-arith -Wvla -Wold-style-definition -Wno-unused-parameter \
       -Werror
SANFLAGS_asan = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SANFLAGS_ubsan = -fsanitize=undefined -fno-sanitize-recover=all
SANFLAGS_fuzz = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
OPT ?= -O2 -g
CFLAGS_ALL = -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=default $(OPT) $(WARN) -Isrc -I$(B)/gen \
             -DGIT_AGENT_VERSION='"$(VERSION)"' $(SANFLAGS_$(SAN)) $(CFLAGS)
LDFLAGS_ALL = -rdynamic -Wl,--as-needed $(SANFLAGS_$(SAN)) $(LDFLAGS)

# --- layers, right to left: a layer links with itself and those named after it -------------
LAYERS = util artifact merge store git remote sync cli cmd
NEEDS_util =
NEEDS_artifact = util
NEEDS_merge = artifact util
NEEDS_store = artifact util
NEEDS_git = artifact util
NEEDS_remote = artifact util
NEEDS_cli = util
NEEDS_sync = store merge artifact util
NEEDS_cmd = sync remote git store merge artifact cli util

# libgit2 code: src/git/lg2_*.c becomes the module git.so, opened on demand.
MODULE_SRC = $(wildcard src/git/lg2_*.c)
SRC_util = $(wildcard src/util/*.c)
SRC_artifact = $(wildcard src/artifact/*.c)
SRC_merge = $(wildcard src/merge/*.c)
SRC_store = $(wildcard src/store/*.c)
SRC_git = $(filter-out $(MODULE_SRC),$(wildcard src/git/*.c))
SRC_remote = $(wildcard src/remote/*.c src/remote/file/*.c)
SRC_sync = $(wildcard src/sync/*.c)
SRC_cli = $(wildcard src/cli/*.c)
SRC_cmd = $(wildcard src/cmd/*.c)

LIBS_MAIN := $(shell pkg-config --libs $(PKGS_MAIN) 2>/dev/null) -ldl
LIBS_GIT := $(shell pkg-config --libs $(PKGS_GIT) 2>/dev/null)
LIBS_CMOCKA := $(shell pkg-config --libs cmocka 2>/dev/null)

archive = $(B)/lib$(1).a
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

.PHONY: all
all: $(B)/git-agent $(B)/libexec/git-agent/git.so

$(B)/git-agent: $(B)/obj/src/main.o $(foreach l,$(LAYERS),$(call archive,$(l)))
	$(CC) $(LDFLAGS_ALL) -o $@ $< -Wl,--whole-archive $(call archive,util) $(call archive,artifact) \
	  -Wl,--no-whole-archive -Wl,--start-group \
	  $(foreach l,$(filter-out util artifact,$(LAYERS)),$(call archive,$(l))) -Wl,--end-group $(LIBS_MAIN)

# The module takes util/ and artifact/ from the program that opens it.
$(B)/libexec/git-agent/git.so: $(call objects,$(MODULE_SRC))
	@mkdir -p $(@D)
	$(CC) -shared $(SANFLAGS_$(SAN)) $(LDFLAGS) -o $@ $^ $(LIBS_GIT)

define layer_rule
$(call archive,$(1)): $(call objects,$(SRC_$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# SQL and templates are embedded as string literals: "gen/<path>.inc".
GENERATED = $(patsubst src/%,$(B)/gen/%.inc,$(wildcard src/*/*.sql src/*/*/*.sql src/*/templates/*))
$(B)/gen/%.inc: src/%
	@mkdir -p $(@D)
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' $< > $@
$(foreach l,$(LAYERS),$(call objects,$(SRC_$(l)))): | $(GENERATED)

# --- unit tests: tests/unit/test_<layer>_<topic>.c links its own layer and those below -----
UNIT_SRC = $(wildcard tests/unit/test_*.c)
UNIT_BIN = $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(UNIT_SRC))
unit_layer = $(word 2,$(subst _, ,$(basename $(notdir $(1)))))
unit_libs = $(foreach l,$(1) $(filter-out util artifact,$(NEEDS_$(1))),$(call archive,$(l)))

.SECONDEXPANSION:
$(B)/tests/unit/test_%: $(B)/obj/tests/unit/test_%.o $$(call archive,util) $$(call archive,artifact) \
    $$(call unit_libs,$$(call unit_layer,test_$$*))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $< \
	  $(call unit_libs,$(filter-out util artifact,$(call unit_layer,test_$*))) \
	  -Wl,--whole-archive $(call archive,util) $(call archive,artifact) -Wl,--no-whole-archive \
	  $(LIBS_CMOCKA) $(LIBS_MAIN)

.PHONY: unit-tests
unit-tests: $(UNIT_BIN)

include tests/tests.mk

.PHONY: clean
clean:
	rm -rf build

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
