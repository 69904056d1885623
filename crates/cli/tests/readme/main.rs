//! The README's first five minutes, played word for word: its commands are run as they stand, its keys are pressed, and
//! what it says is on the screen is waited for.
#![cfg(target_os = "linux")]

mod person;
mod story;

use beseda_testkit::served::Served;
use person::Person;
use story::{Step, Story};

#[test]
fn slow_two_people_talk_as_the_readme_says() {
    let story = Story::of_the_readme();
    let server = Served::start();
    assert_eq!(story.commands.first().map(String::as_str), Some("cargo xtask run"));
    let clone = beseda_testkit::memory_folder();
    std::fs::create_dir_all(clone.path().join("target/debug")).expect("the folder can be written to");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_beseda-cli"), clone.path().join("target/debug/beseda-cli"))
        .expect("the folder can be written to");
    // The only change: a port of the test's own.
    let commands = story.commands.iter().skip(1).map(|line| line.replace("http://localhost:8080", &server.url()));
    let mut people =
        commands.map(|line| (name(&line), line)).fold(Vec::new(), |mut people: Vec<Person>, (name, line)| {
            match people.iter_mut().find(|person| person.name == name) {
                Some(person) => person.then(&line),
                None => people.push(Person::sit_down(&name, clone.path(), &line)),
            }
            people
        });
    for Step { who, what } in &story.steps {
        let person = people.iter_mut().find(|person| person.name == *who).expect("only who sits there acts");
        person.act(what);
    }
    let last: Vec<String> = people.into_iter().map(Person::leave).collect();
    assert!(last.last().is_some_and(|screen| screen.contains("The build is **green**")), "{last:#?}");
}

/// Whose terminal a command belongs to: the end of its `--home`.
fn name(command: &str) -> String {
    let home = command.split(' ').skip_while(|word| *word != "--home").nth(1).expect("a command names a profile");
    home.rsplit('/').next().unwrap_or(home).to_owned()
}
