//! The machine that a bench's server has to itself, on both sides of a line.

/// A quarter of the machine's memory for pages, in MB: what PostgreSQL's manual (20.4, `shared_buffers`) has a server of its
/// own begin with, and what a warehouse of this size would have.
pub fn shared_mb() -> u64 {
    let machine = rustix::system::sysinfo();
    machine.totalram * u64::from(machine.mem_unit) / 4 / (1 << 20)
}
