//! `ropa check`: a quick question from a shell.

use std::process::ExitCode;

use serde_json::{Map, Value};

use super::client::{self, Server};
use crate::{
    document::json,
    pb::{
        Candidate, CheckRequest, CheckResponse, Duty, Finding, FindingCode, Operation, Severity, Verdict,
        decision_service_client::DecisionServiceClient,
    },
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 permitted, 3 conditional, 4 undetermined, 5 denied, 1 no answer, 64 wrong arguments.

Example:
  ropa check --register koko --activity chat --operation USE \\
    --data ropa:MemberNumber --subject dpv:Member --processor ninchat")]
pub struct Args {
    #[command(flatten)]
    server: Server,

    /// The register.
    #[arg(long)]
    register: String,

    /// The activity; left out, the purpose has to be said.
    #[arg(long, default_value = "")]
    activity: String,

    /// The purpose: a code, or the id of a purpose of the activity.
    #[arg(long, default_value = "")]
    purpose: String,

    /// What is to be done, e.g. DISCLOSE. May be repeated.
    #[arg(long = "operation", required = true)]
    operations: Vec<String>,

    /// A data category. May be repeated.
    #[arg(long)]
    data: Vec<String>,

    /// A role of the person. May be repeated.
    #[arg(long = "subject")]
    subjects: Vec<String>,

    /// To whom.
    #[arg(long, default_value = "")]
    recipient: String,

    /// By which processor.
    #[arg(long, default_value = "")]
    processor: String,

    /// When, e.g. 2026-11-24T12:00:00Z; left out, now.
    #[arg(long)]
    time: Option<String>,

    /// Exit with 0 whatever the answer is: to see whether there is one.
    #[arg(long)]
    any_answer: bool,

    /// Any other field of the question, as JSON: --fact objection=NONE, --fact 'events={"ropa:Visit":"2026-10-01"}'.
    #[arg(long = "fact", value_name = "FIELD=VALUE")]
    facts: Vec<String>,
}

pub async fn check(args: Args) -> Result<ExitCode, String> {
    let Args {
        server,
        register,
        activity,
        purpose,
        operations,
        data,
        subjects,
        recipient,
        processor,
        time,
        any_answer,
        facts,
    } = args;
    let mut question = Map::new();
    let texts = [
        ("register", register),
        ("activity", activity),
        ("purpose", purpose),
        ("recipient", recipient),
        ("processor", processor),
    ];
    question.extend(texts.map(|(field, text)| (field.to_owned(), Value::String(text))));
    for (field, list) in [("operations", operations), ("data", data), ("subjects", subjects)] {
        question.insert(field.to_owned(), list.into_iter().map(Value::String).collect());
    }
    if let Some(time) = time {
        question.insert("time".to_owned(), Value::String(time));
    }
    for fact in facts {
        let (field, value) = fact
            .split_once('=')
            .ok_or_else(|| format!("`{fact}` is not FIELD=VALUE"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        question.insert(field.to_owned(), value);
    }
    let (question, violations) =
        json::read_written::<CheckRequest>("CheckRequest", Value::Object(question), "");
    if !violations.is_empty() {
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        return Err(format!("the question has mistakes:\n  {}", lines.join("\n  ")));
    }
    let mut client = DecisionServiceClient::new(server.connect().await?);
    let answer = client
        .check(question)
        .await
        .map_err(|status| client::explain(&status))?
        .into_inner();
    print(&answer);
    if any_answer {
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(match answer.verdict() {
        Verdict::Permitted => 0,
        Verdict::Conditional => 3,
        Verdict::Undetermined => 4,
        Verdict::Denied => 5,
        Verdict::Unspecified => 1,
    }))
}

fn print(answer: &CheckResponse) {
    say!("{}", answer.verdict().as_str_name());
    for finding in answer.findings.iter().chain(&answer.conditions) {
        print_finding(finding);
    }
    for Duty {
        code, message, date, ..
    } in &answer.duties
    {
        let code = FindingCode::try_from(*code).unwrap_or_default().as_str_name();
        say!("  DUTY         {code} {date}");
        say!("               {message}");
    }
    for Candidate { activity, verdict } in &answer.candidates {
        let verdict = Verdict::try_from(*verdict).unwrap_or_default().as_str_name();
        say!("  {verdict:<12} by {activity}");
    }
    say!(
        "  {} at revision {}, decision {}",
        answer.activity,
        answer.revision,
        answer.decision_id
    );
}

fn print_finding(finding: &Finding) {
    let Finding {
        article,
        message,
        remedy,
        record_refs,
        question_fields,
        operations,
        data,
        ..
    } = finding;
    let (code, severity) = (finding.code().as_str_name(), finding.severity());
    say!("  {:<12} {code} ({article})", severity.as_str_name());
    // Where it concerns a part of the question only, that part.
    let operations = operations
        .iter()
        .map(|number| Operation::try_from(*number).unwrap_or_default().as_str_name());
    let part: Vec<&str> = operations.chain(data.iter().map(String::as_str)).collect();
    if part.is_empty() {
        say!("               {message}");
    } else {
        say!("               {}: {message}", part.join(" "));
    }
    if !remedy.is_empty() {
        say!("               > {remedy}");
    }
    let is_open = matches!(severity, Severity::MissingFact | Severity::Condition);
    if is_open && !question_fields.is_empty() {
        say!("               say: {}", question_fields.join(", "));
    }
    for reference in record_refs {
        say!("               in {reference}");
    }
}
