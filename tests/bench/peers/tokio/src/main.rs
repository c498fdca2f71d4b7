// SPDX-License-Identifier: GPL-3.0-or-later
//! Sleeping jobs as futures of Tokio, all in one join_all on one thread, as in the article. The same jobs and figures
//! as in tests/bench/executor/sleepers.hpp.
use std::cell::RefCell;
use std::time::{Duration, Instant};

fn milliseconds(job: u64, random: bool) -> u64 {
    if !random {
        return 1000;
    }
    let mut x = job.wrapping_add(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D049BB133111EB);
    500 + (x ^ (x >> 31)) % 1001
}

async fn job(sleep: Duration) {
    tokio::time::sleep(sleep).await;
}

async fn timed_job(sleep: Duration, late: &RefCell<Vec<i64>>) {
    let began = Instant::now();
    tokio::time::sleep(sleep).await;
    late.borrow_mut().push(began.elapsed().as_nanos() as i64 - sleep.as_nanos() as i64);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let jobs: u64 = arguments[1].parse().unwrap();
    let random = arguments.get(2).map_or(false, |a| a == "random");
    let lateness = arguments.get(3).map_or(false, |a| a == "lateness");
    let late = RefCell::new(if lateness { vec![1; jobs as usize] } else { vec![] });
    late.borrow_mut().clear();
    let sleep = |i| Duration::from_millis(milliseconds(i, random));

    let begin = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        if lateness {
            futures::future::join_all((0..jobs).map(|i| timed_job(sleep(i), &late))).await;
        } else {
            futures::future::join_all((0..jobs).map(|i| job(sleep(i)))).await;
        }
    });
    println!("over_s={:.6}", begin.elapsed().as_secs_f64() - if random { 1.5 } else { 1.0 });
    if lateness {
        let mut late = late.into_inner();
        late.sort();
        let quantile = |q: f64| 1e-9 * late[(q * (jobs - 1) as f64) as usize] as f64;
        println!(
            "late_min_s={:.9}\nlate_p50_s={:.9}\nlate_p99_s={:.9}\nlate_max_s={:.9}",
            quantile(0.0), quantile(0.5), quantile(0.99), quantile(1.0)
        );
    }
}
