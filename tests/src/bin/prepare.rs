//! Makes the fixtures of a run in the Howdah that the environment names, as the HTTP tests do: for the SDK suites.
#![forbid(unsafe_code)]

fn main() {
    let howdah = howdah_tests::server::shared();
    println!("prepared {}", howdah.url);
}
