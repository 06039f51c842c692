# Vesper. `make demo` shows everything, `make test` checks everything; both install what they need.
#
#   make demo ARGS="--customers 2000 --nights 14"     make bench NAME=night     make chaos FOR=10m SEED=7

SHELL := /bin/sh
CARGO ?= cargo
ARGS ?=
NAME ?=
FOR ?= 40
SEED ?=

ifdef CARGO_TARGET_DIR
export CARGO_TARGET_DIR
endif

.PHONY: demo test crash chaos bench lint postgres rust

demo: postgres rust
	$(CARGO) build --release --bin vesper
	@$(CARGO) run --quiet --release --bin vesper -- demo $(ARGS)

test: postgres rust
	$(CARGO) test --features chaos -- --skip chaos::
	@# By themselves: workers that are killed and the other tests would starve each other on two cores.
	$(CARGO) test --features chaos --test main -- chaos:: --skip chaos::directed
	$(CARGO) test --features chaos --test main -- --nocapture chaos::directed

# The last part of the tests alone: a kill at every named point, on the first and on the third pass.
crash: postgres rust
	$(CARGO) test --features chaos --test main -- --nocapture chaos::directed

# Workers in a storm of kills, partitions and crashes of the database for so many seconds (40, 40s, 10m); SEED= repeats one.
chaos: postgres rust
	CHAOS_FOR=$(FOR) CHAOS_SEED=$(SEED) $(CARGO) test --quiet --features chaos --test main -- --exact --nocapture \
	    chaos::storm::workers_in_a_storm_lose_nothing_and_send_nothing_twice

bench: postgres rust
	$(CARGO) bench $(if $(NAME),--bench $(NAME))

lint: rust
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps

# The programs of a PostgreSQL server: found where src/demo/cluster/binaries.rs looks, else installed.
postgres:
	@found=; \
	for dir in $$(printf '%s' "$$PATH" | tr ':' ' ') /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
	    /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /Library/PostgreSQL/*/bin; do \
	    if [ -x "$$dir/initdb" ] && [ -x "$$dir/pg_ctl" ] && [ -x "$$dir/postgres" ]; then found=$$dir; break; fi; \
	done; \
	[ -n "$$found" ] && exit 0; \
	sudo=; \
	if [ "$$(id -u)" != 0 ]; then sudo=sudo; fi; \
	if command -v brew >/dev/null; then step1=:; step2="brew install postgresql@16"; sudo=; \
	elif command -v apt-get >/dev/null; then step1="$$sudo apt-get update -q"; \
	    step2="$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql"; \
	elif command -v dnf >/dev/null; then step1=:; step2="$$sudo dnf install -y postgresql-server"; \
	elif command -v pacman >/dev/null; then step1=:; step2="$$sudo pacman -S --noconfirm postgresql"; \
	elif command -v apk >/dev/null; then step1=:; step2="$$sudo apk add postgresql"; \
	else echo "vesper needs the programs of a PostgreSQL server (initdb, pg_ctl, postgres): please install them" >&2; exit 3; fi; \
	if [ -n "$$sudo" ] && ! command -v sudo >/dev/null; then \
	    echo "vesper needs a PostgreSQL server; as root, run: $$(printf '%s' "$$step2" | sed 's/^sudo //')" >&2; exit 3; \
	fi; \
	echo "installing PostgreSQL: $$step2"; \
	$$step1; \
	$$step2 || { echo "that failed; run it by hand, then make again: $$step2" >&2; exit 3; }

rust:
	@command -v "$(CARGO)" >/dev/null || { \
	    echo "vesper needs Rust 1.90 or newer; install it with: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh" >&2; \
	    exit 3; }
