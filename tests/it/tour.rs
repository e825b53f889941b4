//! The README's tour answers as printed: every line of it is run as it stands, with the real grpcurl.
//!
//! Decision ids, ages, times, digests of the log and consistency tokens are masked, nothing else. `ROPA_TOUR=write` prints the answers into the README.

use std::{fs, path::PathBuf, process::Command};

use crate::app::{App, Engine};

/// Where the README says that the service listens.
const ADDRESS: &str = "127.0.0.1:50051";

fn readme() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// A command of the tour and the lines of its printed answer.
struct Step {
    command: String,
    /// Indices of the first line of the answer and of the line behind it.
    answer: (usize, usize),
}

/// Every `sh` block between "The tour" and the next chapter, with the block after it.
fn steps(lines: &[&str]) -> Vec<Step> {
    let begin = lines.iter().position(|line| *line == "## The tour").unwrap();
    let end = begin
        + 1
        + lines[begin + 1..]
            .iter()
            .position(|line| line.starts_with("## "))
            .unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    for (index, line) in lines.iter().enumerate().take(end).skip(begin) {
        if let Some(language) = line.strip_prefix("```") {
            match open.take() {
                None => open = Some((index + 1, language)),
                Some((start, language)) => blocks.push((language, start, index)),
            }
        }
    }
    blocks
        .chunks(2)
        .map(|pair| {
            let [("sh", start, end), (_, first, behind)] = pair else {
                panic!("a command has no answer: {pair:?}")
            };
            Step {
                command: lines[*start..*end].join("\n"),
                answer: (*first, *behind),
            }
        })
        .collect()
}

/// Takes out what differs each time.
fn masked(answer: &str) -> String {
    let masked = [
        "\"decisionId\": \"",
        "\"age\": \"",
        "\"updateTime\": \"",
        "\"token\": \"",
        "\"time\": \"",
        "\"leafHash\": \"",
        "\"reasonCommitment\": \"",
        ", decision ",
    ];
    let lines = answer.trim().lines().map(|line| {
        let mask = masked
            .iter()
            .find_map(|mask| line.find(mask).map(|at| at + mask.len()));
        mask.map_or_else(|| line.trim_end().to_owned(), |at| format!("{}…\"", &line[..at]))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_answers_as_printed() {
    let app = App::with_examples(Engine::Sqlite).await;
    let text = fs::read_to_string(readme()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let steps = steps(&lines);
    assert!(steps.len() >= 11, "the tour has only {} steps", steps.len());

    let program = std::path::Path::new(env!("CARGO_BIN_EXE_ropa"))
        .parent()
        .unwrap()
        .display();
    #[expect(
        clippy::disallowed_methods,
        reason = "the commands of the tour are found where the test's are"
    )]
    let path = format!("{program}:{}", std::env::var("PATH").unwrap());
    let mut written = String::new();
    let mut behind = 0;
    let mut differing = Vec::new();
    for Step {
        command,
        answer: (first, last),
    } in &steps
    {
        let command = command.replace(ADDRESS, &app.address.to_string());
        let output = Command::new("sh")
            .arg("-c")
            .arg(&command)
            .env("PATH", &path)
            .env("ROPA_SERVER", format!("http://{}", app.address))
            .output()
            .unwrap();
        assert_ne!(
            output.status.code(),
            Some(127),
            "grpcurl is missing: run the tests with `tests/run`"
        );
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        let printed = lines[*first..*last].join("\n");
        if masked(&said) != masked(&printed) {
            differing.push(format!("{command}\nanswers\n{said}\nprinted is\n{printed}"));
        }
        written += &(lines[behind..*first].join("\n") + "\n" + said.trim_end() + "\n");
        behind = *last;
    }
    written += &(lines[behind..].join("\n") + "\n");
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that is asked to write the answers"
    )]
    if std::env::var("ROPA_TOUR").is_ok_and(|what| what == "write") {
        fs::write(readme(), written).unwrap();
        return;
    }
    assert!(differing.is_empty(), "{}", differing.join("\n\n"));
}
