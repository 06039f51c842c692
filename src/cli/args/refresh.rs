//! The arguments of `vesper refresh`.

use clap::Args;

pub(super) const REFRESH_EXAMPLES: &str = "\
Examples:
  vesper refresh deal                    the next night compares every deal with the source
  vesper refresh customer deal cubes     and makes the cubes of every day again
  vesper refresh cubes --tenant north    of one tenant alone

For what no change of the source tells: a row of the star that somebody wrote, numbers that are doubted. The next
night of each tenant does it, once; `vesper run nightly` has it at once.";

/// Arguments of `vesper refresh`.
#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// Entities, such as deal, to be compared whole with the source; cubes, to be made again of the star
    #[arg(value_name = "ENTITY", required = true)]
    pub what: Vec<String>,
    /// Only of this tenant [default: all]
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
}
