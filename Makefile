# git-agent: one GNU Makefile. Everything built lands under build/.
#
#   make            the program and its modules, in build/
#   make check      layers, purity, headers, unit tests, end-to-end tests, fuzz corpora
#   make check-full the same again under sanitizers and with clang
#   make lint       clang-tidy, shellcheck, style; only what changed since the last time
#   make SAN=asan   all of this in build/asan with AddressSanitizer and UBSan (also: SAN=ubsan)
#   make CC=clang B=build/clang    with another compiler, in a tree of its own
#   make fuzz       libFuzzer targets in build/fuzz (clang); FUZZ_SECONDS=60 runs them
#   make mutants    planted bugs, each of which some test must notice; M='<names>' takes some
#   make bench      ours beside git's and other peers; make bench-instructions counts by callgrind
#   make install    PREFIX=/usr/local, DESTDIR honoured; make uninstall takes it back

VERSION := 0.1.0
comma := ,
ifeq ($(origin CC),default)
CC = gcc
endif
SAN ?=
B ?= build$(if $(SAN),/$(SAN))
PREFIX ?= /usr/local
BINDIR = $(PREFIX)/bin
LIBEXECDIR = $(PREFIX)/libexec/git-agent
MANDIR = $(PREFIX)/share/man
# Where bash, zsh and fish look for completions of commands.
COMPLETIONS = bash:bash-completion/completions/git-agent zsh:zsh/site-functions/_git-agent \
              fish:fish/vendor_completions.d/git-agent.fish
completion_file = '$(DESTDIR)$(PREFIX)/share/$(lastword $(subst :, ,$(1)))'

PKGS_MAIN = sqlite3 libcmark zlib
PKGS_GIT = libgit2
PKGS_SUPABASE = libcurl libcjson

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
       -Wundef -Wwrite-strings -Wpointer-arith -Wvla -Wold-style-definition -Wno-unused-parameter \
       -Werror
SANFLAGS_asan = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SANFLAGS_ubsan = -fsanitize=undefined -fno-sanitize-recover=all
# An empty slice may be at NULL, and NULL + 0 is what C2y allows.
SANFLAGS_fuzz = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=pointer-overflow \
                -fno-sanitize-recover=all
OPT ?= -O2 -g
CFLAGS_ALL = -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=default $(OPT) $(WARN) -Isrc -I$(B)/gen \
             -DGIT_AGENT_VERSION='"$(VERSION)"' $(SANFLAGS_$(SAN)) $(CFLAGS) $(CFLAGS_$(<F))
# Modules take util/ and artifact/ from the program, and nothing of its libraries.
LDFLAGS_ALL = -rdynamic -Wl,--as-needed $(STATIC:%=-Wl$(comma)--exclude-libs$(comma)lib%.a) \
              $(SANFLAGS_$(SAN)) $(LDFLAGS)

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

# Code that needs a large library becomes a module, opened on demand: libgit2 in git.so,
# libcurl and cJSON in supabase.so. A module without a source file is not built.
SRC_module_git = $(wildcard src/git/lg2_*.c)
SRC_module_supabase = $(wildcard src/remote/supabase/*.c)
MODULES = $(foreach m,git supabase,$(if $(SRC_module_$(m)),$(B)/libexec/git-agent/$(m).so))

SRC_util = $(wildcard src/util/*.c)
SRC_artifact = $(wildcard src/artifact/*.c)
SRC_merge = $(wildcard src/merge/*.c)
SRC_store = $(wildcard src/store/*.c)
SRC_git = $(filter-out $(SRC_module_git),$(wildcard src/git/*.c))
SRC_remote = $(wildcard src/remote/*.c src/remote/file/*.c)
SRC_sync = $(wildcard src/sync/*.c)
SRC_cli = $(wildcard src/cli/*.c)
SRC_cmd = $(wildcard src/cmd/*.c)
SRC_ALL = src/main.c $(foreach l,$(LAYERS),$(SRC_$(l))) $(SRC_module_git) $(SRC_module_supabase)
HEADERS = $(wildcard src/*/*.h src/*/*/*.h)

# Linked from their archives, where there are any: finding and relocating SQLite would be a third
# of what a short command costs. `make STATIC=` links the shared libraries.
STATIC ?= sqlite3 cmark z
archive_path = $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a))
static_or_shared = $(or $(if $(filter $(1),$(STATIC)),$(call archive_path,$(1))),-l$(1))
with_archives = $(foreach l,$(1),$(if $(filter -l%,$l),$(call static_or_shared,$(l:-l%=%)),$l))
LIBS_MAIN := $(call with_archives,$(shell pkg-config --libs $(PKGS_MAIN) 2>/dev/null)) -lm -ldl
LIBS_git := $(shell pkg-config --libs $(PKGS_GIT) 2>/dev/null)
LIBS_supabase := $(shell pkg-config --libs $(PKGS_SUPABASE) 2>/dev/null)
LIBS_CMOCKA := $(shell pkg-config --libs cmocka 2>/dev/null)

# `git agent version --build-options` says what it was built with.
built_with = -DGIT_AGENT_WITH_$(1)='"$(or $(shell pkg-config --modversion $(2) 2>/dev/null),none)"'
CFLAGS_cmd_version.c = $(call built_with,SQLITE3,sqlite3) $(call built_with,CMARK,libcmark) \
                       $(call built_with,ZLIB,zlib) $(call built_with,LIBGIT2,libgit2) \
                       $(call built_with,LIBCURL,libcurl) $(call built_with,CJSON,libcjson)

archive = $(B)/lib$(1).a
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
# util/ and artifact/ are in a program as a whole, because modules take them from it.
whole = -Wl,--whole-archive $(call archive,util) $(call archive,artifact) -Wl,--no-whole-archive
# Archives are in the group: store/ has what SQLite's archive would take from libm.
link_layers = -Wl,--start-group $(foreach l,$(filter-out util artifact,$(1)),$(call archive,$(l))) \
              $(filter %.a,$(LIBS_MAIN)) -Wl,--end-group $(whole)

.PHONY: all
all: $(B)/git-agent $(MODULES)

$(B)/git-agent: $(B)/obj/src/main.o $(foreach l,$(LAYERS),$(call archive,$(l)))
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(call link_layers,$(LAYERS)) $(LIBS_MAIN)

.SECONDEXPANSION:
$(B)/libexec/git-agent/%.so: $$(call objects,$$(SRC_module_$$*))
	@mkdir -p $(@D)
	$(CC) -shared $(SANFLAGS_$(SAN)) $(LDFLAGS) -o $@ $^ $(LIBS_$*)

# Written aside and renamed: somebody may be linking with the old one.
define layer_rule
$(call archive,$(1)): $(call objects,$(SRC_$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@.tmp
	$(AR) rcs $$@.tmp $$^
	@mv $$@.tmp $$@
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# SQL and templates are embedded as string literals: #include "<layer>/<file>.inc".
GENERATED = $(patsubst src/%,$(B)/gen/%.inc,$(wildcard src/*/*.sql src/*/*/*.sql src/*/templates/*)) \
            $(B)/gen/cmd/server_sql.inc $(B)/gen/cmd/site_css.inc $(B)/gen/cmd/site_js.inc
$(B)/gen/%.inc: src/%
	@mkdir -p $(@D)
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' $< > $@
# What `sync init --server-sql` prints, as numbers: one literal would be too long for C, and a pointer
# to each line would be relocated at the start of every command.
$(B)/gen/cmd/server_sql.inc: $(sort $(wildcard supabase/migrations/*.sql)) Makefile
	@mkdir -p $(@D)
	awk 'FNR == 1 { n = split(FILENAME, part, "/"); print "-- " part[n] } { print }' $(filter %.sql,$^) | \
	  od -An -v -tu1 | sed 's/  *\([0-9][0-9]*\)/\1,/g' > $@
$(B)/gen/cmd/site_%.inc: src/cmd/site.% Makefile
	@mkdir -p $(@D)
	od -An -v -tu1 $< | sed 's/  *\([0-9][0-9]*\)/\1,/g' > $@
$(call objects,src/cmd/site_page.c): $(B)/gen/cmd/site_css.inc $(B)/gen/cmd/site_js.inc
$(call objects,src/cmd/server_sql.c): $(B)/gen/cmd/server_sql.inc
$(call objects,$(SRC_ALL)): | $(GENERATED)

# --- unit tests: tests/unit/test_<layer>_<topic>.c links its own layer and those below -----
UNIT_SRC = $(wildcard tests/unit/test_*.c)
UNIT_BIN = $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(UNIT_SRC))
unit_layer = $(word 2,$(subst _, ,$(basename $(notdir $(1)))))
unit_layers = $(1) $(NEEDS_$(1))

$(B)/tests/unit/test_%: $(B)/obj/tests/unit/test_%.o $$(call archive,util) $$(call archive,artifact) \
    $$(foreach l,$$(call unit_layers,$$(call unit_layer,test_$$*)),$$(call archive,$$l))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(call link_layers,$(call unit_layers,$(call unit_layer,test_$*))) \
	  $(LIBS_CMOCKA) $(LIBS_MAIN)

# The unit tests of git/ and remote/ open the modules as the program does.
$(filter $(B)/tests/unit/test_git_%,$(UNIT_BIN)): | $(filter %/git.so,$(MODULES))
$(filter $(B)/tests/unit/test_remote_%,$(UNIT_BIN)): | $(filter %/supabase.so,$(MODULES))

.PHONY: unit-tests
unit-tests: $(UNIT_BIN)

include tests/tests.mk

# --- install -------------------------------------------------------------------------------
MAN1 = $(wildcard src/*.1)
MAN7 = $(wildcard src/*.7)
SCHEMAS = $(wildcard src/schema/*.json)
SCHEMADIR = $(PREFIX)/share/git-agent/schema

.PHONY: install uninstall
install: all
	install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(LIBEXECDIR)' '$(DESTDIR)$(MANDIR)/man1' \
	  '$(DESTDIR)$(MANDIR)/man7' '$(DESTDIR)$(SCHEMADIR)'
	install -m 755 $(B)/git-agent '$(DESTDIR)$(BINDIR)/git-agent'
	$(foreach m,$(MODULES),install -m 644 $(m) '$(DESTDIR)$(LIBEXECDIR)/$(notdir $(m))' &&) :
	$(foreach m,$(MAN1),install -m 644 $(m) '$(DESTDIR)$(MANDIR)/man1/$(notdir $(m))' &&) :
	$(foreach m,$(MAN7),install -m 644 $(m) '$(DESTDIR)$(MANDIR)/man7/$(notdir $(m))' &&) :
	install -m 644 $(SCHEMAS) '$(DESTDIR)$(SCHEMADIR)'
	$(foreach c,$(COMPLETIONS),install -D -m 644 \
	  src/cmd/templates/completion.$(firstword $(subst :, ,$(c))) $(call completion_file,$(c)) &&) :

uninstall:
	rm -f '$(DESTDIR)$(BINDIR)/git-agent'
	rm -f $(foreach m,git supabase,'$(DESTDIR)$(LIBEXECDIR)/$(m).so')
	rm -f $(foreach m,$(MAN1),'$(DESTDIR)$(MANDIR)/man1/$(notdir $(m))')
	rm -f $(foreach m,$(MAN7),'$(DESTDIR)$(MANDIR)/man7/$(notdir $(m))')
	rm -f $(foreach c,$(COMPLETIONS),$(call completion_file,$(c)))
	rm -f $(foreach s,$(SCHEMAS),'$(DESTDIR)$(SCHEMADIR)/$(notdir $(s))')
	if test -d '$(DESTDIR)$(SCHEMADIR)'; then \
	  rmdir '$(DESTDIR)$(SCHEMADIR)' '$(DESTDIR)$(dir $(SCHEMADIR))'; fi
	if test -d '$(DESTDIR)$(LIBEXECDIR)'; then rmdir '$(DESTDIR)$(LIBEXECDIR)'; fi

.PHONY: clean
clean:
	rm -rf build

# A target that failed half-way is not there; objects of tests are kept.
.DELETE_ON_ERROR:
.SECONDARY:

-include $(shell find $(B)/obj $(B)/headers -name '*.d' 2>/dev/null)
