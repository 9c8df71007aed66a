//! `otarig explain`: what a code means.

use serde_json::{Value, json};

use super::output::Output;
use crate::explain::{Code, list, parse_code};
use protocol_spec::codes::{HostErr, Status};

/// Explain a code: 24 (module status), err:0e (host ERR byte, hex), or a name.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Number or name; all codes are listed when it is left out.
    #[arg(value_name = "CODE|NAME", allow_hyphen_values = true)]
    code: Option<String>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("explain", self.json);
        let codes = match self.code.as_deref().map(parse_code) {
            None => {
                output.text(&list());
                all()
            }
            Some(Ok(codes)) => {
                let texts: Vec<String> = codes.iter().map(|code| code.text()).collect();
                output.text(&texts.join("\n"));
                codes
            }
            Some(Err(error)) => return output.trouble(&error),
        };
        codes
            .into_iter()
            .for_each(|code| output.json(|| json_row(code)));
        output.done("the codes are told")
    }
}

fn all() -> Vec<Code> {
    let status = Status::TABLE
        .iter()
        .map(|row| Code::Status(Status(row.number)));
    let host_err = HostErr::TABLE
        .iter()
        .map(|row| Code::HostErr(HostErr(row.number)));
    status.chain(host_err).collect()
}

fn json_row(code: Code) -> Value {
    let row = code.row();
    json!({
        "event": "code",
        "space": code.space(),
        "number": code.number(),
        "unassigned": code.is_unassigned(),
        "name": row.map(|row| row.name),
        "meaning": row.map(|row| row.sentence),
        "group": row.map(|row| row.class),
        "raised_by": row.map(|row| row.raised_by),
        "retryable": row.map(|row| row.retryable),
        "cause": row.map(|row| row.cause),
        "next_step": row.map(|row| row.remedy),
    })
}
