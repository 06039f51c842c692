//! Expressions over metrics: `avg_deal_value[tier = pro] / avg_days_to_close`. Pure.
//!
//! ```text
//! sum     = product { ("+" | "-") product }
//! product = atom { ("*" | "×" | "/" | "÷") atom }
//! atom    = number | "-" atom | "(" sum ")" | metric [ "[" filter { "," filter } "]" ]
//! filter  = ("window" | "compare" | dimension) "=" (word | 'text')
//! ```

use std::ops::Range;

use crate::metric::kpi::Exact;

/// A part of an expression and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// The part.
    pub part: Part,
    /// Byte offsets in the text.
    pub span: Range<usize>,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A number somebody wrote.
    Number(Exact),
    /// A metric with its filters, each a name and a value with their places.
    Metric {
        /// Its name.
        name: String,
        /// `window`, `compare` or a dimension, and what it is.
        filters: Vec<(Word, Word)>,
    },
    /// Two parts and what is done with them.
    Pair(Operator, Box<Expression>, Box<Expression>),
}

/// A word and where it stands.
pub type Word = (String, Range<usize>);

/// What is done with two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*` or `×`
    Times,
    /// `/` or `÷`
    Over,
}

/// What cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// Byte offsets in the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
}

impl Expression {
    /// Every metric named, in the order they stand.
    pub fn metrics(&self) -> Vec<(&str, &Range<usize>)> {
        match &self.part {
            Part::Number(_) => Vec::new(),
            Part::Metric { name, .. } => vec![(name, &self.span)],
            Part::Pair(_, left, right) => [left.metrics(), right.metrics()].concat(),
        }
    }
}

/// Reads an expression; tells the first thing that cannot be read.
pub fn parse_expression(text: &str) -> Result<Expression, SyntaxProblem> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let expression = reader.sum()?;
    match reader.peek() {
        None => Ok(expression),
        Some(found) => Err(reader.unexpected(found, "an operator or the end")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

/// Parentheses within parentheses: a formula nobody could read needs fewer.
const DEPTH_MAX: usize = 50;

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        if is_there {
            self.at += wanted.len_utf8();
        }
        is_there
    }

    fn unexpected(&self, found: char, expected: &str) -> SyntaxProblem {
        SyntaxProblem {
            span: self.at..self.at + found.len_utf8(),
            message: format!("found `{found}`, expected {expected}"),
        }
    }

    fn expect(&mut self, wanted: char, expected: &str) -> Result<(), SyntaxProblem> {
        if self.take(wanted) { Ok(()) } else { Err(self.missing(expected)) }
    }

    fn missing(&mut self, expected: &str) -> SyntaxProblem {
        match self.peek() {
            Some(found) => self.unexpected(found, expected),
            None => SyntaxProblem { span: self.at..self.at, message: format!("ends where {expected} is expected") },
        }
    }

    fn sum(&mut self) -> Result<Expression, SyntaxProblem> {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Some('+') => Operator::Plus,
                Some('-' | '−') => Operator::Minus,
                _ => return Ok(left),
            };
            left = self.pair(operator, left, Self::product)?;
        }
    }

    fn product(&mut self) -> Result<Expression, SyntaxProblem> {
        let mut left = self.atom()?;
        loop {
            let operator = match self.peek() {
                Some('*' | '×') => Operator::Times,
                Some('/' | '÷') => Operator::Over,
                _ => return Ok(left),
            };
            left = self.pair(operator, left, Self::atom)?;
        }
    }

    fn pair(
        &mut self,
        operator: Operator,
        left: Expression,
        read: impl Fn(&mut Self) -> Result<Expression, SyntaxProblem>,
    ) -> Result<Expression, SyntaxProblem> {
        self.at += self.peek().map_or(0, char::len_utf8);
        let right = read(self)?;
        let span = left.span.start..right.span.end;
        Ok(Expression { part: Part::Pair(operator, Box::new(left), Box::new(right)), span })
    }

    fn atom(&mut self) -> Result<Expression, SyntaxProblem> {
        let found = self.peek();
        let start = self.at;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("goes more than {DEPTH_MAX} parentheses deep");
            return Err(SyntaxProblem { span: start..start, message });
        }
        let expression = match found {
            Some('(') => {
                self.at += 1;
                let inner = self.sum()?;
                self.expect(')', "`)`")?;
                Expression { part: inner.part, span: start..self.at }
            }
            Some(minus @ ('-' | '−')) => {
                self.at += minus.len_utf8();
                let inner = self.atom()?;
                let zero = Expression { part: Part::Number(Exact::parse("0").expect("zero")), span: start..start };
                let span = start..inner.span.end;
                Expression { part: Part::Pair(Operator::Minus, Box::new(zero), Box::new(inner)), span }
            }
            Some(digit) if digit.is_ascii_digit() => self.number()?,
            Some(letter) if letter.is_ascii_alphabetic() || letter == '_' => self.metric()?,
            _ => return Err(self.missing("a metric, a number or `(`")),
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn run(&mut self, is_inside: impl Fn(char) -> bool) -> Word {
        let start = self.at;
        let rest = &self.text[start..];
        self.at += rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
        (self.text[start..self.at].to_owned(), start..self.at)
    }

    fn number(&mut self) -> Result<Expression, SyntaxProblem> {
        let (digits, span) = self.run(|c| c.is_ascii_digit() || c == '.' || c == '_');
        match Exact::parse(&digits.replace('_', "")) {
            Some(number) => Ok(Expression { part: Part::Number(number), span }),
            None => Err(SyntaxProblem { span, message: format!("`{digits}` is no number with at most 15 digits") }),
        }
    }

    fn metric(&mut self) -> Result<Expression, SyntaxProblem> {
        let (name, mut span) = self.run(is_word);
        let mut filters = Vec::new();
        if self.take('[') {
            loop {
                filters.push(self.filter()?);
                if !self.take(',') {
                    break;
                }
            }
            self.expect(']', "`,` or `]`")?;
            span.end = self.at;
        }
        Ok(Expression { part: Part::Metric { name, filters }, span })
    }

    fn filter(&mut self) -> Result<(Word, Word), SyntaxProblem> {
        let name = match self.peek() {
            Some(letter) if letter.is_ascii_alphabetic() => self.run(is_word),
            _ => return Err(self.missing("`window`, `compare` or a dimension")),
        };
        self.expect('=', "`=`")?;
        let value = match self.peek() {
            Some(quote @ ('\'' | '"')) => {
                self.at += 1;
                let value = self.run(|c| c != quote);
                self.expect(quote, "the closing quote")?;
                value
            }
            Some(letter) if is_member(letter) => self.run(is_member),
            _ => return Err(self.missing("a member, in quotes if it has blanks")),
        };
        Ok((name, value))
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Members without quotes: words and the ids that sources make.
fn is_member(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-' || c == '.'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(expression: &Expression) -> String {
        match &expression.part {
            Part::Number(number) => number.figure().numerator.to_string(),
            Part::Metric { name, filters } if filters.is_empty() => name.clone(),
            Part::Metric { name, filters } => {
                let filters: Vec<String> = filters.iter().map(|((n, _), (v, _))| format!("{n}={v}")).collect();
                format!("{name}[{}]", filters.join(","))
            }
            Part::Pair(operator, left, right) => format!("({operator:?} {} {})", shape(left), shape(right)),
        }
    }

    fn read(text: &str) -> String {
        shape(&parse_expression(text).unwrap_or_else(|e| panic!("{text}: {}", e.message)))
    }

    #[test]
    fn points_come_before_lines_and_left_before_right() {
        assert_eq!(read("a + b × c - d"), "(Minus (Plus a (Times b c)) d)");
        assert_eq!(read("a / b / c"), "(Over (Over a b) c)");
        assert_eq!(read("(a + b) ÷ -c"), "(Over (Plus a b) (Minus 0 c))");
        assert_eq!(
            read("revenue[tier = pro, window=year] / deals_won [sales_rep='Ann B.']"),
            "(Over revenue[tier=pro,window=year] deals_won[sales_rep=Ann B.])"
        );
    }

    #[test]
    fn what_cannot_be_read_is_placed() {
        for (text, at, message) in [
            ("revenue /", 9, "ends where a metric, a number or `(` is expected"),
            ("(a + b", 6, "ends where `)` is expected"),
            ("a b", 2, "found `b`, expected an operator or the end"),
            ("a[tier pro]", 7, "found `p`, expected `=`"),
            ("a[tier=]", 7, "found `]`, expected a member, in quotes if it has blanks"),
            ("1.2.3 * a", 0, "`1.2.3` is no number with at most 15 digits"),
            ("a + €", 4, "found `€`, expected a metric, a number or `(`"),
            ("", 0, "ends where a metric, a number or `(` is expected"),
        ] {
            let problem = parse_expression(text).expect_err(text);
            assert_eq!((problem.span.start, problem.message.as_str()), (at, message), "{text}");
        }
        assert!(parse_expression(&"(".repeat(10_000)).is_err());
    }
}
