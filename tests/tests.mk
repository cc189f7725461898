# Tests that link more than one layer, and the targets that run everything.

# --- drivers: tests/<dir>/test_<topic>.c, each with all other .c files of its directory ----
DRIVER_LAYERS = sync remote git store merge cli artifact util
DRIVER_DIRS = sync remote
DRIVER_SRC = $(foreach d,$(DRIVER_DIRS),$(wildcard tests/$(d)/test_*.c))
DRIVER_BIN = $(patsubst tests/%.c,$(B)/tests/%,$(DRIVER_SRC))
driver_helpers = $(filter-out $(DRIVER_SRC),$(wildcard tests/$(1)/*.c))

define driver_rule
$(B)/tests/$(1)/test_%: $(B)/obj/tests/$(1)/test_%.o $(call objects,$(call driver_helpers,$(1))) \
    $(foreach l,$(DRIVER_LAYERS),$(call archive,$(l)))
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS_ALL) -o $$@ $$(filter %.o,$$^) $$(call link_layers,$$(DRIVER_LAYERS)) \
	  $$(LIBS_CMOCKA) $$(LIBS_MAIN)
endef
$(foreach d,$(DRIVER_DIRS),$(eval $(call driver_rule,$(d))))

# --- what the tests of the server compare it with: tests/server/<tool>.c --------------------
SERVER_TOOLS = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/server/*.c))
$(B)/tests/server/%: $(B)/obj/tests/server/%.o $(call archive,artifact) $(call archive,util)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(whole) $(LIBS_MAIN)

# --- what is on the disk when the power fails: tests/power/ ----------------------------------
POWER_TOOLS = $(B)/tests/power/replay $(B)/tests/power/record.so $(B)/tests/power/memory.so
$(B)/tests/power/replay: $(B)/obj/tests/power/replay.o $(call archive,util)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_MAIN)
# Preloaded: it may not bring the sanitizers along.
$(B)/tests/power/record.so: tests/power/record.c tests/power/log.h
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g -shared -fPIC -o $@ $< -ldl
# Neither may this, which replaces malloc.
$(B)/tests/power/memory.so: tests/power/memory.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g -shared -fPIC -o $@ $<

# --- fuzz: tests/fuzz/fuzz_<target>.c, its corpus in tests/fuzz/corpus/<target>/ -----------
# In `make check` a plain main() feeds the corpus to each target; `make fuzz` links libFuzzer.
FUZZ_SRC = $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN = $(patsubst tests/%.c,$(B)/tests/%,$(FUZZ_SRC))
FUZZ_MAIN = $(if $(filter fuzz,$(SAN)),-fsanitize=fuzzer,$(B)/obj/tests/lib/fuzz-main.o)

FUZZ_LAYERS = cmd $(DRIVER_LAYERS)
# The module's reader of JSON needs util/ only.
FUZZ_OBJ_json = $(B)/obj/src/remote/supabase/sb_json.o

$(B)/tests/fuzz/fuzz_%: $(B)/obj/tests/fuzz/fuzz_%.o $(filter %.o,$(FUZZ_MAIN)) $$(FUZZ_OBJ_$$*) \
    $(foreach l,$(FUZZ_LAYERS),$(call archive,$(l)))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(FUZZ_MAIN) $(FUZZ_OBJ_$*) $(call link_layers,$(FUZZ_LAYERS)) \
	  $(LIBS_MAIN)
$(B)/tests/fuzz/fuzz_hook: | $(filter %/git.so,$(MODULES))

.PHONY: fuzz fuzz-targets
fuzz-targets: $(FUZZ_BIN)
fuzz:
	$(MAKE) CC=clang SAN=fuzz fuzz-targets
	$(if $(FUZZ_SECONDS),scripts/fuzz $(FUZZ_SECONDS))

# --- what needs no run: layers, purity, headers that stand alone ---------------------------
PURE_SRC = $(SRC_artifact) $(SRC_merge) $(wildcard src/sync/plan*.c) $(wildcard src/sync/graph.c src/sync/pace.c) \
           $(wildcard $(patsubst %,src/util/%.c,hash hash_x86 slice strs utf8 json))

.PHONY: check-layers check-headers check-install check-mutants
# Sanitizers add symbols of their own, so purity is judged on plain objects.
check-layers: $(if $(SAN),,$(call objects,$(PURE_SRC)))
	scripts/check-layers $(if $(SAN),,$(call objects,$(PURE_SRC)))

check-headers: $(patsubst %.h,$(B)/headers/%.ok,$(HEADERS))
$(B)/headers/%.ok: %.h
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS_ALL) -fsyntax-only -MMD -MP -MT $@ -MF $(@:.ok=.d) -include $< -x c /dev/null
	@touch $@

check-install: all
	scripts/check-install $(B)

check-mutants:
	@scripts/mutants --check >/dev/null

# --- running -------------------------------------------------------------------------------
SCRIPT_TESTS = $(wildcard tests/t[0-9]*.t)
TEST_BIN = $(UNIT_BIN) $(DRIVER_BIN) $(FUZZ_BIN)

.PHONY: test-programs list-tests check-static check check-full
test-programs: all $(TEST_BIN) $(SERVER_TOOLS) $(POWER_TOOLS)
list-tests:
	@printf '%s\n' $(TEST_BIN) $(SCRIPT_TESTS)
check-static: check-layers check-headers check-install check-mutants

# The last line is "N passed, N failed, N skipped". T='<tests>' runs only those.
check: test-programs check-static
	@GIT_AGENT_BUILD='$(abspath $(B))' scripts/run-tests $(or $(T),$(TEST_BIN) $(SCRIPT_TESTS))

check-full: check
	$(MAKE) SAN=asan check
	$(MAKE) CC=clang B=build/clang check

# Hours instead of minutes: every crash point with many files, thousands of histories.
.PHONY: soak
soak: test-programs
	KILL_STEP=1 KILL_FILES=120 POWER_STEP=1 MEMORY_TRIES=400 TEST_TIMEOUT=7200 GIT_AGENT_BUILD='$(abspath $(B))' \
	  CROWD_SECONDS=60 HISTORY_SEEDS=300 \
	  scripts/run-tests tests/t3001-kill.t tests/t3006-power-loss.t tests/t3008-kill-all.t \
	  tests/t3009-memory.t tests/t3012-all-kinds-at-once.t tests/t7006-kill-server.t \
	  tests/t7009-histories.t
	$(B)/tests/sync/test_vfs_faults --step 1
	seed=$$(date +%s); failed=0; \
	for how in '--model --seeds 20000' '--net --seeds 20000' '--git --seeds 500'; do \
	  $(B)/tests/sync/test_histories $$how --seed $$seed >$(B)/soak.log || failed=1; \
	  printf '%s\n' "# test_histories $$how --seed $$seed"; \
	  grep -v '^ok' $(B)/soak.log; \
	done; exit $$failed

# --- tests of the tests: planted bugs, tests/mutants/*.txt ------------------------------------
# M='<names or patterns>', or EVERY=<n>, takes some of them.
.PHONY: mutants
mutants: test-programs
	scripts/mutants $(EVERY:%=--every %) $(M)

# --- lint: a stamp per file, so that the second run is quick -------------------------------
LINT_SCRIPTS = .ci/run $(filter-out %.awk %.h scripts/debian,$(wildcard scripts/*)) $(wildcard tests/lib/*.sh) \
               $(SCRIPT_TESTS) $(wildcard hooks/p* hooks/server/*)

.PHONY: lint
lint: check-layers check-headers $(patsubst %,$(B)/lint/%.ok,$(SRC_ALL) $(LINT_SCRIPTS))
	scripts/check-style

$(B)/lint/%.c.ok: %.c .clang-tidy $$(HEADERS) | $$(GENERATED)
	@mkdir -p $(@D)
	clang-tidy --quiet $< -- $(filter-out -Werror,$(CFLAGS_ALL)) \
	  $(if $(filter src/util/err.c,$<),,-include scripts/lint.h) 2>/dev/null
	@touch $@

$(B)/lint/%.ok: %
	@mkdir -p $(@D)
	shellcheck -x -e SC1091,SC2016,SC2034,SC2154 $<
	@touch $@

# --- bench: scripts/bench, from rows in tests/perf/ -------------------------------------------
PERF_TOOLS = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/perf/*.c))
$(B)/tests/perf/floor-%: $(B)/obj/tests/perf/floor-%.o $(call archive,store)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(call link_layers,store artifact util) $(LIBS_MAIN)
$(B)/tests/perf/floor-merge: $(B)/obj/tests/perf/floor-merge.o $(call archive,merge)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(call link_layers,merge artifact util) $(LIBS_git) $(LIBS_MAIN)
$(B)/tests/perf/%: $(B)/obj/tests/perf/%.o
	@mkdir -p $(@D)
	$(CC) $(SANFLAGS_$(SAN)) -o $@ $<

.PHONY: bench bench-instructions
bench bench-instructions: all $(PERF_TOOLS)
	@GIT_AGENT_BUILD='$(abspath $(B))' scripts/bench $(if $(filter %-instructions,$@),--instructions)
