//! The grammar of AIP-160, as far as lists of resources need it: no functions.

use std::cmp::Ordering;

use super::Path;
use crate::domain::name::ResourceKind;

/// Which resources a list has.
#[derive(Clone, Debug)]
pub struct Filter(pub(super) Expression);

#[derive(Clone, Debug)]
pub enum Expression {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A text by itself: some field contains it.
    Anywhere(String),
    Compares(Path, Comparator, Literal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    Is,
    Differs,
    Has,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparator {
    /// Whether an order of value and literal is what it asks for.
    pub fn admits(self, order: Ordering) -> bool {
        match self {
            Self::Is | Self::Has => order.is_eq(),
            Self::Differs => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Literal {
    /// `*`.
    Anything,
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Minus,
    Comparator(Comparator),
    Word(String),
    Quoted(String),
}

/// Parentheses and negations within each other.
const DEEPEST: usize = 32;

impl Filter {
    /// Reads a filter over resources of a kind.
    pub fn parse(kind: ResourceKind, text: &str) -> Result<Self, String> {
        let mut parser = Parser {
            kind,
            tokens: tokens(text)?,
            at: 0,
            depth: 0,
        };
        let expression = parser.expression()?;
        match parser.peek() {
            None => Ok(Self(expression)),
            Some(_) => Err("`)` closes nothing".to_owned()),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut followed = |wanted: char| chars.next_if_eq(&wanted).is_some();
        tokens.push(match c {
            c if c.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '-' => Token::Minus,
            '=' => Token::Comparator(Comparator::Is),
            ':' => Token::Comparator(Comparator::Has),
            '!' if followed('=') => Token::Comparator(Comparator::Differs),
            '<' if followed('=') => Token::Comparator(Comparator::LessOrEqual),
            '<' => Token::Comparator(Comparator::Less),
            '>' if followed('=') => Token::Comparator(Comparator::GreaterOrEqual),
            '>' => Token::Comparator(Comparator::Greater),
            quote @ ('"' | '\'') => {
                let mut quoted = String::new();
                loop {
                    match chars.next() {
                        None => return Err("a quote is not closed".to_owned()),
                        Some('\\') => quoted.extend(chars.next()),
                        Some(c) if c == quote => break,
                        Some(c) => quoted.push(c),
                    }
                }
                Token::Quoted(quoted)
            }
            c => {
                // A value goes on over `:` and `-`, because codes and dates have them; the name of a field does not.
                let is_value = matches!(tokens.last(), Some(Token::Comparator(_)));
                let ends = |c: &char| c.is_whitespace() || "()=<>!\"'".contains(*c) || *c == ':' && !is_value;
                let mut word = c.to_string();
                while let Some(c) = chars.next_if(|c| !ends(c)) {
                    word.push(c);
                }
                Token::Word(word)
            }
        });
    }
    Ok(tokens)
}

struct Parser {
    kind: ResourceKind,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(said)) if said == word)
    }

    /// Everything joined by AND, or only written one after the other.
    fn expression(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("is nested too deeply".to_owned());
        }
        let mut parts = Vec::new();
        while !matches!(self.peek(), None | Some(Token::Close)) {
            parts.push(self.factor()?);
            if self.is_word("AND") {
                self.at += 1;
                if matches!(self.peek(), None | Some(Token::Close)) {
                    return Err("something is missing after `AND`".to_owned());
                }
            }
        }
        self.depth -= 1;
        Ok(Expression::All(parts))
    }

    /// Everything joined by OR, which binds before AND.
    fn factor(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.term()?];
        while self.is_word("OR") {
            self.at += 1;
            parts.push(self.term()?);
        }
        Ok(Expression::Any(parts))
    }

    fn term(&mut self) -> Result<Expression, String> {
        let negated = self.is_word("NOT") || self.peek() == Some(&Token::Minus);
        if negated {
            self.at += 1;
        }
        let simple = self.simple()?;
        Ok(if negated {
            Expression::Not(Box::new(simple))
        } else {
            simple
        })
    }

    fn simple(&mut self) -> Result<Expression, String> {
        match self.next() {
            Some(Token::Open) => {
                let inside = self.expression()?;
                match self.next() {
                    Some(Token::Close) => Ok(inside),
                    _ => Err("`)` is missing at the end".to_owned()),
                }
            }
            Some(Token::Quoted(text)) => Ok(Expression::Anywhere(text)),
            Some(Token::Word(word)) if ["AND", "OR", "NOT"].contains(&word.as_str()) => {
                Err(format!("`{word}` stands where a field is expected"))
            }
            Some(Token::Word(word)) => match self.peek() {
                Some(Token::Comparator(comparator)) => {
                    let comparator = *comparator;
                    self.at += 1;
                    Ok(Expression::Compares(
                        Path::of(self.kind, &word)?,
                        comparator,
                        self.literal()?,
                    ))
                }
                _ => Ok(Expression::Anywhere(word)),
            },
            Some(Token::Close | Token::Minus | Token::Comparator(_)) => {
                Err("a field is missing before a sign".to_owned())
            }
            None => Err("a field is missing at the end".to_owned()),
        }
    }

    fn literal(&mut self) -> Result<Literal, String> {
        match self.next() {
            Some(Token::Word(word)) if word == "*" => Ok(Literal::Anything),
            Some(Token::Word(text) | Token::Quoted(text)) => Ok(Literal::Text(text)),
            // A negative number.
            Some(Token::Minus) => match self.next() {
                Some(Token::Word(text)) => Ok(Literal::Text(format!("-{text}"))),
                _ => Err("a value is missing".to_owned()),
            },
            None => Err("a value is missing at the end".to_owned()),
            Some(_) => Err("a value is missing".to_owned()),
        }
    }
}
