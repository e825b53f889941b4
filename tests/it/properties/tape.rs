//! What generators draw from: a tape of numbers. Where it runs out every choice is the first one, and the first one is
//! the simplest, so that shorter tapes and smaller numbers make smaller registers and questions.

use std::slice;

use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner, contextualize_config},
};

/// The choices of one case.
pub struct Tape<'a>(slice::Iter<'a, u16>);

impl<'a> Tape<'a> {
    pub fn new(choices: &'a [u16]) -> Self {
        Self(choices.iter())
    }

    /// What has not been drawn.
    pub fn rest(&self) -> Vec<u16> {
        self.0.as_slice().to_vec()
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % end
    }

    /// Whether something that happens in so many of a hundred cases happens; it does not where the tape has run out.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    pub fn one<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// At most so many different entries of a list.
    pub fn some<T: Clone>(&mut self, list: &[T], most: usize) -> Vec<T> {
        let mut left: Vec<T> = list.to_vec();
        let count = self.below(most.min(list.len()) + 1);
        (0..count).map(|_| left.remove(self.below(left.len()))).collect()
    }

    /// One to so many different entries of a list.
    pub fn some_at_least_one<T: Clone>(&mut self, list: &[T], most: usize) -> Vec<T> {
        let mut left: Vec<T> = list.to_vec();
        let count = self.below(most.min(list.len())) + 1;
        (0..count).map(|_| left.remove(self.below(left.len()))).collect()
    }

    /// At most so many things made by a generator.
    pub fn many<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.below(most + 1);
        (0..count).map(|_| make(self)).collect()
    }

    /// Puts a list into another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end + 1));
        }
    }
}

/// The seed of every run, unless `PROPTEST_RNG_SEED` says otherwise.
const SEED: u64 = 20_260_228;
/// How many cases there are, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 500;

/// Tapes for the register, for the question, and for what is done with them.
type Property<'p> = dyn Fn(&mut Tape<'_>, &mut Tape<'_>, &mut Tape<'_>) -> Result<(), String> + 'p;

/// Holds a property against many cases; it answers what is wrong. A failure is made smaller and printed with the seed.
pub fn hold(
    name: &str,
    property: impl Fn(&mut Tape<'_>, &mut Tape<'_>, &mut Tape<'_>) -> Result<(), String>,
) {
    run(name, contextualize_config(config(CASES)), &property);
}

/// Draws so many cases.
pub fn draw(cases: u32, take: impl Fn(&mut Tape<'_>, &mut Tape<'_>, &mut Tape<'_>)) {
    run("drawing", config(cases), &|one, two, three| {
        take(one, two, three);
        Ok(())
    });
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        rng_seed: RngSeed::Fixed(SEED),
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..Config::default()
    }
}

fn run(name: &str, config: Config, property: &Property<'_>) {
    let seed = config.rng_seed;
    let tapes = (
        vec(any::<u16>(), 0..700),
        vec(any::<u16>(), 0..120),
        vec(any::<u16>(), 0..40),
    );
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&tapes, |(one, two, three)| {
        let [mut one, mut two, mut three] = [&one, &two, &three].map(|tape| Tape::new(tape));
        property(&mut one, &mut two, &mut three).map_err(TestCaseError::fail)
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{name} (PROPTEST_RNG_SEED={seed}): {reason}"),
        Err(TestError::Abort(reason)) => panic!("{name} (PROPTEST_RNG_SEED={seed}) gave up: {reason}"),
    }
}
