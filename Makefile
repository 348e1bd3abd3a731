# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# GNU make; no configure script. Output goes to build/.
#
# Profiles:  RELEASE=1 (no assertions)  SAN=address,undefined  SAN=thread  COV=1  V=1
# CFLAGS, LDFLAGS, CC, DESTDIR and PREFIX are the user's.

CC       ?= cc
PREFIX   ?= /usr/local
CFLAGS   ?= -O2 -g
PKGS     := liburing libxxhash
PKG      := pkg-config

comma    := ,
# A build of its own for every profile, so that they do not mix.
PROFILE  := $(if $(SAN),-san-$(subst $(comma),-,$(SAN)))$(if $(COV),-cov)$(if $(RELEASE),-release)
BUILD    := build$(if $(PROFILE),/profile$(PROFILE))

# Optional: libselinux, for the policy's default labels (-Z). SELINUX=0 leaves it out.
SELINUX  ?= $(shell $(PKG) --exists libselinux 2>/dev/null && echo 1 || echo 0)
ifeq ($(SELINUX),1)
PKGS     += libselinux
endif

# For --unpack; not linked, but loaded when it is needed.
LAZY_PKGS := libarchive

# Optional: libcrypto, for --hash=sha256; not linked, but loaded when it is needed. SHA256=0 leaves it out.
SHA256   ?= $(shell $(PKG) --exists 'libcrypto >= 3' 2>/dev/null && echo 1 || echo 0)
ifeq ($(SHA256),1)
LAZY_PKGS += libcrypto
endif

WARNINGS := -Wall -Wextra -Wundef -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wcast-align
UCP_CFLAGS := -std=gnu17 -I. -D_GNU_SOURCE -DUCP_HAVE_SELINUX=$(SELINUX) \
            -DUCP_HAVE_SHA256=$(SHA256) -pthread $(WARNINGS) \
            $(shell $(PKG) --cflags $(PKGS) $(LAZY_PKGS))
UCP_LDLIBS := $(shell $(PKG) --libs $(PKGS)) -ldl -pthread

ifdef RELEASE
UCP_CFLAGS += -DNDEBUG
endif
ifdef SAN
UCP_CFLAGS += -fsanitize=$(SAN) -fno-omit-frame-pointer
UCP_LDLIBS += -fsanitize=$(SAN)
endif
ifdef COV
UCP_CFLAGS += --coverage
UCP_LDLIBS += --coverage
endif
ifdef WERROR
UCP_CFLAGS += -Werror
endif
Q := $(if $(V),,@)

SRCS := $(wildcard cmd/*.c core/*.c core/engine/*.c core/sys/*.c hash/*.c)
OBJS := $(SRCS:%.c=$(BUILD)/%.o)
LIB_OBJS := $(filter-out $(BUILD)/cmd/main.o,$(OBJS))
HEADERS := $(wildcard cmd/*.h core/*.h core/engine/*.h core/sys/*.h hash/*.h)

all: $(BUILD)/ucp ## build ucp (the default)

$(BUILD)/ucp: $(OBJS)
	@echo "  LD    $@"
	$(Q)$(CC) $(CFLAGS) $(UCP_CFLAGS) $(LDFLAGS) -o $@ $(OBJS) $(UCP_LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(UCP_CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJS:.o=.d)

# --- tests -------------------------------------------------------------------

UNIT_SRCS := $(wildcard tests/unit/*.c tests/engine/*.c)
UNIT_BINS := $(UNIT_SRCS:tests/%.c=$(BUILD)/tests/%)
TEST_HEADERS := $(wildcard tests/lib/*.h)
TOOL_SRCS := $(wildcard tests/tool/*.c)
TOOL_BINS := $(TOOL_SRCS:tests/%.c=$(BUILD)/tests/%)
# Optional: libfuse 3, for a filesystem with faults. FUSE=0 leaves it out, and its tests are skipped.
FUSE     ?= $(shell $(PKG) --exists fuse3 2>/dev/null && echo 1 || echo 0)
FUSE_SRCS := $(wildcard tests/tool/fuse/*.c)
FUSE_BIN := $(BUILD)/tests/tool/fuse/faultfs
ifeq ($(FUSE),1)
TOOL_BINS += $(FUSE_BIN)
endif
PRELOAD_SRCS := $(wildcard tests/tool/preload/*.c)
PRELOADS := $(PRELOAD_SRCS:tests/%.c=$(BUILD)/tests/%.so)

$(BUILD)/tests/unit/%: tests/unit/%.c $(LIB_OBJS) $(TEST_HEADERS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(UCP_CFLAGS) $(LDFLAGS) -o $@ $< $(LIB_OBJS) $(UCP_LDLIBS) -lcmocka

$(BUILD)/tests/engine/%: tests/engine/%.c $(LIB_OBJS) $(TEST_HEADERS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(UCP_CFLAGS) $(LDFLAGS) -o $@ $< $(LIB_OBJS) $(UCP_LDLIBS) -lcmocka

$(BUILD)/tests/tool/%: tests/tool/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu17 -D_GNU_SOURCE -Wall -Wextra $(LDFLAGS) -o $@ $<

$(FUSE_BIN): $(FUSE_SRCS) $(wildcard tests/tool/fuse/*.h)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Wall -Wextra -pthread \
		$(shell $(PKG) --cflags fuse3) $(LDFLAGS) -o $@ $(FUSE_SRCS) $(shell $(PKG) --libs fuse3)

$(BUILD)/tests/tool/preload/%.so: tests/tool/preload/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -fPIC -shared \
		$(LDFLAGS) -o $@ $< -ldl

test-programs: $(BUILD)/ucp $(UNIT_BINS) $(TOOL_BINS) $(PRELOADS) ## build everything the tests need

check: check-layers check-headers check-unit check-cli check-fault check-fs check-man check-install ## all tests
	@true

check-unit: test-programs ## unit and engine tests (cmocka)
	$(Q)BUILD=$(BUILD) tests/run.sh unit

check-engines: check-unit ## the engine suite on every back end

check-cli: test-programs ## the command line, on every engine
	$(Q)BUILD=$(BUILD) tests/run.sh cli

check-fault: test-programs ## failing system calls, full disks, limits
	$(Q)BUILD=$(BUILD) tests/run.sh fault

check-fs: test-programs ## loop-mounted filesystems, and evidence from the kernel's trace
	$(Q)BUILD=$(BUILD) tests/run.sh fs

check-layers: ## includes point down only; one foreign header, one file
	$(Q)tests/lib/check-layers

check-headers: ## every header compiles alone
	$(Q)for h in $(HEADERS); do \
		echo "#include \"$$h\"" | $(CC) $(UCP_CFLAGS) -Wno-unused-function -fsyntax-only -x c - || exit 1; \
	done

check-man: $(BUILD)/ucp ## manual and completions against the option table, linted
	$(Q)BUILD=$(BUILD) tests/lib/check-man

check-install: $(BUILD)/ucp ## install, then uninstall leaves nothing
	$(Q)BUILD=$(BUILD) tests/lib/check-install

lint: ## compile with warnings as errors, shellcheck
	$(Q)$(MAKE) --no-print-directory BUILD=build/lint WERROR=1 CFLAGS="-O2 -g" build/lint/ucp
	$(Q)shellcheck -x packaging/deps .ci/run tests/run.sh tests/lib/*.sh tests/lib/check-* \
		packaging/completions/ucp.bash tests/bench/run

# libFuzzer is clang's. Coverage is that of ucp's own code, not of the libraries.
FUZZ_TIME ?= 60
FUZZ_BIN := build/fuzz/tests/fuzz/unpack
$(FUZZ_BIN): tests/fuzz/unpack.c $(filter-out cmd/main.c,$(SRCS)) $(HEADERS)
	@mkdir -p $(@D)
	@echo "  FUZZ  $@"
	$(Q)clang -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined $(UCP_CFLAGS) \
		-o $@ $(filter %.c,$^) $(UCP_LDLIBS)

fuzz: $(FUZZ_BIN) ## unpack archives that libFuzzer makes up, for FUZZ_TIME seconds (60)
	@mkdir -p build/fuzz/corpus
	$(Q)$(FUZZ_BIN) -max_total_time=$(FUZZ_TIME) -max_len=32768 -timeout=20 -rss_limit_mb=3000 \
		-artifact_prefix=build/fuzz/ build/fuzz/corpus tests/fuzz/unpack.corpus

bench: $(BUILD)/ucp $(FUSE_BIN) ## measure against cp, rsync, tar, bsdtar, into README.md; root, four hours
	$(Q)tests/bench/run --fs ext4 --fs xfs
	$(Q)tests/bench/readme $(BUILD)/bench/table.md

# --- installing --------------------------------------------------------------

install: $(BUILD)/ucp ## install below DESTDIR and PREFIX
	install -D -m 755 $(BUILD)/ucp $(DESTDIR)$(PREFIX)/bin/ucp
	install -D -m 644 man/ucp.1 $(DESTDIR)$(PREFIX)/share/man/man1/ucp.1
	install -D -m 644 man/ucp-manifest.5 $(DESTDIR)$(PREFIX)/share/man/man5/ucp-manifest.5
	install -D -m 644 packaging/completions/ucp.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ucp
	install -D -m 644 packaging/completions/_ucp $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ucp
	install -D -m 644 packaging/completions/ucp.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ucp.fish

uninstall: ## remove what install installed
	rm -f $(DESTDIR)$(PREFIX)/bin/ucp $(DESTDIR)$(PREFIX)/share/man/man1/ucp.1 \
		$(DESTDIR)$(PREFIX)/share/man/man5/ucp-manifest.5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/ucp \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ucp \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ucp.fish

dist: ## a source archive of HEAD in build/
	@mkdir -p build
	git archive --format=tar.gz --prefix=ucp-$(VERSION)/ -o build/ucp-$(VERSION).tar.gz HEAD

VERSION = $(shell sed -n 's/^.define UCP_VERSION "\(.*\)"/\1/p' cmd/options.h)

clean: ## remove build/
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: all check check-unit check-engines check-cli check-fault check-fs check-layers \
        check-headers check-man check-install test-programs lint bench fuzz install uninstall dist \
        clean help
.DEFAULT_GOAL := all
