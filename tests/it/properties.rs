//! What holds for every register and every question, checked on thousands of small ones.

mod ask;
mod change;
mod pool;
mod question;
mod register;
mod statement;
mod strange;
mod tape;

use std::{cell::RefCell, collections::BTreeMap, panic};

use ropa::{
    domain::finding::{FindingCode, Verdict},
    pb::{self, Operation, RegisterDocument, retention_rule::EndAction},
};

use self::{
    ask::{codes, decide, shown, snapshot, verdict},
    change::{remove_grant, shuffle},
    pool::{NOT_IMPLIED, OWN_PROTECTED, PROTECTED},
    question::{Says, question},
    register::{Without, document},
    strange::{strange, stretch},
    tape::{Tape, draw, hold},
};
use crate::app::{App, Engine};

/// Properties say little where every answer is the same.
#[test]
fn the_same_question_has_the_same_answer_and_there_is_every_verdict() {
    let counts: RefCell<BTreeMap<Verdict, u32>> = RefCell::default();
    hold("answers are the same", |one, two, _| {
        let document = document(one, Without::default());
        let asked = question(two, &document, Says::Something);
        let snapshot = snapshot(&document);
        let (first, second) = (decide(&snapshot, &asked), decide(&snapshot, &asked));
        *counts.borrow_mut().entry(first.verdict).or_default() += 1;
        if format!("{first:?}") == format!("{second:?}") {
            return Ok(());
        }
        Err(format!("{first:?} and {second:?}{}", shown(&document, &asked)))
    });
    let counts = counts.into_inner();
    let all: u32 = counts.values().sum();
    for verdict in [
        Verdict::Permitted,
        Verdict::Conditional,
        Verdict::Undetermined,
        Verdict::Denied,
    ] {
        let count = counts.get(&verdict).copied().unwrap_or_default();
        assert!(count * 50 > all, "{verdict:?} is too rare: {counts:?}");
    }
}

fn protected_data(tape: &mut Tape<'_>) -> String {
    let all: Vec<&str> = PROTECTED.iter().chain(&OWN_PROTECTED).copied().collect();
    tape.one(&all).to_owned()
}

/// Erasing, restricting and what a rule says is done at the end are the controller's duty, whatever the data; the record
/// need not declare it for them.
fn is_duty(document: &RegisterDocument, operation: i32) -> bool {
    let ends_in = |action: EndAction| {
        let defaults = document
            .register
            .iter()
            .flat_map(|register| &register.defaults)
            .flat_map(|defaults| &defaults.retention);
        let own = document
            .activities
            .iter()
            .flat_map(|activity| &activity.retention);
        own.chain(defaults).any(|rule| rule.end_action() == action)
    };
    match Operation::try_from(operation) {
        Ok(Operation::Erase | Operation::Restrict) => true,
        Ok(Operation::Anonymise) => ends_in(EndAction::Anonymisation),
        Ok(Operation::Archive) => ends_in(EndAction::Archiving),
        _ => false,
    }
}

/// A declared term never covers a special, criminal or national-number one below it.
#[test]
fn what_is_ordinary_never_covers_what_is_not() {
    let without = Without {
        protected_data: true,
        ..Without::default()
    };
    hold("ordinary data covers no other", |one, two, three| {
        let document = document(one, without);
        let mut asked = question(two, &document, Says::Something);
        asked.data = vec![protected_data(three)];
        if asked
            .operations
            .iter()
            .any(|operation| is_duty(&document, *operation))
        {
            asked.operations = vec![Operation::Use.into()];
        }
        let decision = decide(&snapshot(&document), &asked);
        if decision.verdict == Verdict::Denied {
            return Ok(());
        }
        let (verdict, codes) = (decision.verdict, codes(&decision));
        Err(format!("{verdict:?} {codes:?}{}", shown(&document, &asked)))
    });
}

/// A prohibition always wins, whatever it is limited to.
#[test]
fn a_prohibition_never_improves_an_answer() {
    hold("a prohibition improves nothing", |one, two, three| {
        let document = document(one, Without::default());
        let asked = question(two, &document, Says::Something);
        let mut forbidden = document.clone();
        let index = three.below(document.activities.len() + 1);
        match forbidden.activities.get_mut(index) {
            Some(activity) => {
                let ids: Vec<String> = activity
                    .purposes
                    .iter()
                    .map(|purpose| purpose.id.clone())
                    .collect();
                let known: Vec<&str> = ids.iter().map(String::as_str).collect();
                activity.prohibitions.push(register::prohibition(three, &known));
            }
            None => {
                let register = forbidden.register.as_mut().unwrap();
                register.prohibitions.push(register::prohibition(three, &[]));
            }
        }
        let (before, after) = (
            verdict(&snapshot(&document), &asked),
            verdict(&snapshot(&forbidden), &asked),
        );
        if after >= before {
            return Ok(());
        }
        Err(format!(
            "{before:?} becomes {after:?}{}",
            shown(&forbidden, &asked)
        ))
    });
}

/// The question says everything: where it leaves something out, removing what made a difference can settle the answer.
#[test]
fn removing_a_grant_never_improves_an_answer() {
    let without = Without {
        defaults: true,
        ..Without::default()
    };
    hold("less grants no more", |one, two, three| {
        let document = document(one, without);
        let asked = question(two, &document, Says::Everything);
        let mut less = document.clone();
        let Some(removed) = remove_grant(three, &mut less, &asked) else {
            return Ok(());
        };
        let (before, after) = (
            decide(&snapshot(&document), &asked),
            decide(&snapshot(&less), &asked),
        );
        if after.verdict >= before.verdict {
            return Ok(());
        }
        Err(format!(
            "without {removed} {:?} {:?} becomes {:?} {:?}{}",
            before.verdict,
            codes(&before),
            after.verdict,
            codes(&after),
            shown(&document, &asked)
        ))
    });
}

#[test]
fn the_order_of_a_register_says_nothing() {
    hold("order says nothing", |one, two, three| {
        let document = document(one, Without::default());
        let asked = question(two, &document, Says::Something);
        let mut other = document.clone();
        shuffle(three, &mut other);
        let (first, second) = (
            decide(&snapshot(&document), &asked),
            decide(&snapshot(&other), &asked),
        );
        if first.verdict == second.verdict {
            return Ok(());
        }
        Err(format!(
            "{:?} {:?}, in another order {:?} {:?}{}\n  other {}",
            first.verdict,
            codes(&first),
            second.verdict,
            codes(&second),
            shown(&document, &asked),
            shown(&other, &asked)
        ))
    });
}

/// Protected data has to be named by what permits an operation that is not implied.
#[test]
fn an_unscoped_grant_reaches_no_protected_data() {
    let without = Without {
        scoped_data: true,
        ..Without::default()
    };
    hold("an unscoped grant is for ordinary data", |one, two, three| {
        let document = document(one, without);
        let mut asked = question(two, &document, Says::Something);
        asked.operations = vec![three.one(&NOT_IMPLIED).into()];
        if is_duty(&document, asked.operations[0]) {
            return Ok(());
        }
        asked.data = vec![protected_data(three)];
        // Anonymous data needs no ground, and a person gets the own data without one.
        asked.form = 0;
        let to_subject = ["self", "ropa:DataSubjectSelf"].contains(&asked.recipient.as_str());
        if to_subject || asked.recipient.is_empty() && asked.processor.is_empty() {
            asked.processor = String::new();
            asked.recipient = "tax".to_owned();
        }
        let decision = decide(&snapshot(&document), &asked);
        if decision.verdict == Verdict::Denied {
            return Ok(());
        }
        let (verdict, codes) = (decision.verdict, codes(&decision));
        Err(format!("{verdict:?} {codes:?}{}", shown(&document, &asked)))
    });
}

/// The question says everything: whether a purpose or subject makes a difference is told of the question as a whole.
#[test]
fn several_at_once_are_as_bad_as_the_worst() {
    hold("the worst counts", |one, two, three| {
        let document = document(one, Without::default());
        let mut asked = question(two, &document, Says::Everything);
        let more = question(three, &document, Says::Everything);
        asked.data.extend(more.data);
        asked.data.dedup();
        asked.operations.extend(more.operations);
        if asked.recipient.is_empty() && asked.processor.is_empty() {
            asked.recipient = "bank".to_owned();
        }
        let snapshot = snapshot(&document);
        let together = verdict(&snapshot, &asked);
        let alone = asked.operations.iter().flat_map(|operation| {
            asked.data.iter().map(|data| {
                let mut alone = asked.clone();
                alone.operations = vec![*operation];
                alone.data = vec![data.clone()];
                verdict(&snapshot, &alone)
            })
        });
        let worst = alone.max().unwrap_or_default();
        if together == worst {
            return Ok(());
        }
        Err(format!(
            "together {together:?}, alone {worst:?}{}",
            shown(&document, &asked)
        ))
    });
}

/// Whatever a well-formed question says, there is an answer.
#[test]
fn every_well_formed_question_has_an_answer() {
    hold("there is an answer", |one, two, three| {
        let mut document = document(one, Without::default());
        stretch(three, &mut document);
        let asked = strange(two, &document);
        let snapshot = snapshot(&document);
        let decided = panic::catch_unwind(|| decide(&snapshot, &asked));
        let decision = decided.map_err(|_| format!("it panics{}", shown(&document, &asked)))?;
        let unknown = decision
            .findings
            .iter()
            .filter(|finding| finding.code == FindingCode::TermUnknown);
        if decision.verdict != Verdict::Denied && unknown.count() > 0 {
            return Err(format!("a term is not known{}", shown(&document, &asked)));
        }
        Ok(())
    });
}

/// What a server answers is what is decided here: the same questions, through the door.
#[tokio::test]
async fn a_server_answers_as_decided() {
    let app = App::start(Engine::Sqlite).await;
    let cases: RefCell<Vec<_>> = RefCell::default();
    draw(200, |one, two, _| {
        // The first of ten makes a register, all ten a question.
        let mut cases = cases.borrow_mut();
        let count = cases.len();
        if count % 10 == 0 {
            cases.push((Some(document(one, Without::default())), two.rest()));
        } else {
            cases.push((None, two.rest()));
        }
    });
    let mut current = None;
    for (document, choices) in cases.into_inner() {
        if let Some(document) = document {
            app.replace(document.clone()).await.unwrap();
            current = Some((snapshot(&document), document));
        }
        let (snapshot, document) = current.as_ref().unwrap();
        let asked = question(&mut Tape::new(&choices), document, Says::Something);
        let answer = app.decisions().check(asked.clone()).await;
        let answer = answer.unwrap_or_else(|status| panic!("{status:?}{}", shown(document, &asked)));
        let answer = answer.into_inner();
        let mut answered: Vec<i32> = answer
            .findings
            .iter()
            .chain(&answer.conditions)
            .map(|finding| finding.code)
            .chain(answer.duties.iter().map(|duty| duty.code))
            .collect();
        answered.sort_unstable();
        let decision = decide(snapshot, &asked);
        let mut decided: Vec<i32> = decision
            .findings
            .iter()
            .map(|finding| finding.code.number())
            .collect();
        decided.sort_unstable();
        let verdict = pb::Verdict::from(decision.verdict);
        assert_eq!(
            (answer.verdict(), answered),
            (verdict, decided),
            "{}",
            shown(document, &asked)
        );
    }
}
