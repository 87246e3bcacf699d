//! `storywatch completions` and `storywatch man`: what packages install beside the program, made from the arguments
//! themselves.

use std::{fs, io::Write, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Arguments;

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell that is to complete.
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Where the pages are written; made where there is none.
    dir: PathBuf,
}

impl Completions {
    pub(super) fn run(&self) -> Result<ExitCode> {
        let mut command = Arguments::command();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "storywatch", &mut script);
        std::io::stdout().write_all(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Man {
    /// One page for the program and one for each command.
    pub(super) fn run(&self) -> Result<ExitCode> {
        fs::create_dir_all(&self.dir).with_context(|| format!("cannot make {}", self.dir.display()))?;
        clap_mangen::generate_to(Arguments::command(), &self.dir)
            .with_context(|| format!("cannot write into {}", self.dir.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
