//! Arguments, command, exit code: all else is in the library.

fn main() -> std::process::ExitCode {
    storywatch::cli::main()
}
