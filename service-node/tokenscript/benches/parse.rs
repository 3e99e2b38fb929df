//! How long the largest published example takes to parse, to evaluate and to render, and a signed one to check.

use criterion::{criterion_group, criterion_main, Criterion};
use smartlayer_tokenscript::{
	Context, EvaluationLimits, Evaluator, Limits, NoChain, TokenScript, ViewKind,
};
use std::{fs, hint::black_box};

fn bytes(path: &str) -> Vec<u8> {
	let path = format!("{}/tests/{path}", env!("CARGO_MANIFEST_DIR"));
	fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn parse(bytes: &[u8]) -> TokenScript {
	TokenScript::parse(black_box(bytes), &Limits::default()).expect("a published file")
}

fn parsing(criterion: &mut Criterion) {
	let largest = bytes("examples/UEFA.xml");
	criterion.bench_function("parse the largest example", |it| it.iter(|| parse(&largest)));
	let signed = bytes("signed/fifa.tsml");
	criterion.bench_function("parse a signed file of 96 kB", |it| it.iter(|| parse(&signed)));
	let script = parse(&signed);
	criterion.bench_function("check its signature", |it| it.iter(|| script.signatures()));
}

fn evaluating(criterion: &mut Criterion) {
	let script = parse(&bytes("examples/UEFA.xml"));
	let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
	let runtime = runtime.expect("a runtime without threads");
	criterion.bench_function("evaluate and render the largest example", |it| {
		it.iter(|| {
			let id = "0x32303230303631323231303030302b303205554b524e45440a0500012c0000";
			let context =
				Context::new(100, Default::default()).with_token_id(id.parse().expect("a number"));
			let limits = EvaluationLimits::default();
			let mut evaluator = Evaluator::new(&script, context, &NoChain, limits);
			runtime.block_on(evaluator.render(&script.cards[0], ViewKind::Full))
		});
	});
}

criterion_group!(benches, parsing, evaluating);
criterion_main!(benches);
