//! The folders compiled into the binary: cargo looks at them for added and removed files, which the macros cannot.

fn main() {
    for folder in ["jobs", "templates", "migrations"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
