//! The screens that are shown.

use beseda_engine::api::command::ProfileDraft;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::FileState;
use beseda_engine::api::reason::Reason;
use beseda_engine::api::view::{
    ConnectionState, DeviceView, Me, MessageInfo, SearchHit, SystemEvent, Warning, WarningKind,
};
use beseda_model::{Fingerprint, Username};
use beseda_wire::state::{AccountCard, PrivacySettings};

use super::NOW;
use super::talk::{
    self, BOB, BROKEN, KENJI, ME, REQUEST, TEAM, Talk, VERA, WITH_BOB, account, ago, conversation, device,
};
use crate::calendar::Zone;
use crate::host::{Link, Trouble};
use crate::pictures::Printer;
use crate::text::Lang;
use crate::tui::editor::Editor;
use crate::tui::input::{Action, Input};
use crate::tui::model::{Find, Focus, Forwarding, Model, Overlay, Purpose, Search};
use crate::tui::theme::Theme;
use crate::tui::welcome::{Stage, Way, Welcome};

/// A screen with a name.
#[derive(Debug)]
pub struct Scene {
    /// Part of its file's name.
    pub name: &'static str,
    lang: Lang,
    change: fn(&mut Model),
}

impl Scene {
    /// What it shows.
    pub fn model(&self, size: (u16, u16)) -> Model {
        let mut model = Model::new(self.lang, Zone::fixed(3 * 3600), Theme::new(true), NOW, size);
        model.connection = ConnectionState::Online;
        model.me = Some(me());
        model.people = talk::people().into_iter().map(|person| (person.account, person)).collect();
        model.conversations = talk::conversations();
        model.marked = Some(conversation(TEAM));
        (self.change)(&mut model);
        model
    }
}

fn me() -> Me {
    Me {
        account: account(ME),
        device: device(ME),
        server: "https://chat.example.org".to_owned(),
        username: Some("alice".to_owned()),
        picture: None,
        has_phone: false,
        phone: None,
        profile: ProfileDraft { name: "Алиса".to_owned(), ..ProfileDraft::default() },
        privacy: PrivacySettings::default(),
        blocked: Vec::new(),
        root: Fingerprint::from_bytes([ME; 32]),
        signed_out: false,
    }
}

const PHRASE: &str = "abandon ability able about above absent absorb abstract absurd abuse access accident account \
                      accuse achieve acid acoustic acquire across act action actor actress actual";

fn team(model: &mut Model) {
    talk::open(model, TEAM, talk::team());
}

/// Every screen.
pub const SCENES: &[Scene] = &[
    Scene { name: "welcome", lang: Lang::En, change: |model| model.welcome = Some(Welcome::default()) },
    Scene {
        name: "sign-up-ru",
        lang: Lang::Ru,
        change: |model| {
            let mut welcome = Welcome::new("https://chat.example.org".to_owned(), "ноутбук".to_owned());
            welcome.stage = Stage::Fill;
            welcome.form.username = Editor::with("alice");
            welcome.form.password = Editor::with("correct horse");
            welcome.field = 3;
            welcome.problem = Some(Lang::Ru.label(crate::text::Label::PasswordsDiffer).to_owned());
            model.welcome = Some(welcome);
        },
    },
    Scene {
        name: "phrase",
        lang: Lang::En,
        change: |model| {
            let stage = Stage::Phrase { words: PHRASE.to_owned() };
            model.welcome = Some(Welcome { stage, ..Welcome::default() });
        },
    },
    Scene {
        name: "link-ru",
        lang: Lang::Ru,
        change: |model| {
            let stage = Stage::Link { code: "7KQ4-M2XP".to_owned(), comparison: Some("481526".to_owned()) };
            model.welcome = Some(Welcome { stage, way: Way::Link, ..Welcome::default() });
        },
    },
    Scene {
        name: "empty",
        lang: Lang::En,
        change: |model| {
            model.conversations.clear();
            model.marked = None;
        },
    },
    Scene { name: "group", lang: Lang::En, change: team },
    Scene {
        name: "group-ru",
        lang: Lang::Ru,
        change: |model| {
            team(model);
            if let Some(open) = &mut model.open {
                open.composer = Editor::with("Дрожжи закажу я: **свежие**, 2 кг.\nКто заберёт?");
                if let Some(message) = open.messages.get(7) {
                    open.purpose = Purpose::Reply { row: message.row, target: message.message };
                }
            }
        },
    },
    Scene {
        name: "chosen",
        lang: Lang::En,
        change: |model| {
            team(model);
            model.focus = Focus::Messages;
            if let Some(open) = &mut model.open {
                open.chosen = Some(6);
                open.bottom = Some(crate::tui::model::Bottom { row: 9, hidden: 0 });
                open.unread_after = Some(7);
            }
        },
    },
    Scene {
        name: "files",
        lang: Lang::En,
        change: |model| {
            let messages = talk::with_files();
            if let Some(row) = model.conversations.iter_mut().find(|row| row.conversation == conversation(WITH_BOB)) {
                row.typing.clear();
                row.last = messages.last().cloned();
            }
            let answered = messages.get(1).map(|message| (message.row, message.message));
            talk::open(model, WITH_BOB, messages);
            model.files = [
                (1, FileState::Moving { up: false, done: 42, total: 100 }),
                (2, FileState::Here),
                (4, FileState::Moving { up: true, done: 7, total: 10 }),
                (5, FileState::Failed { why: Failure::NotReady { reason: Reason::FileGone } }),
            ]
            .into();
            if let (Some(open), Some((row, target))) = (&mut model.open, answered) {
                open.purpose = Purpose::Reply { row, target };
            }
        },
    },
    Scene {
        name: "pictures",
        lang: Lang::En,
        change: |model| {
            let printer = Printer::blocks();
            talk::open(model, WITH_BOB, talk::with_pictures());
            model.files = [(1, FileState::Moving { up: false, done: 42, total: 100 }), (2, FileState::Here)].into();
            model.gallery.printer = Some(printer.clone());
            // As the program does: what is in sight is drawn.
            for action in crate::tui::update(model, Input::Tick(NOW)) {
                if let Action::Draw { file, size } = action {
                    let picture = printer.print(talk::harbour(), size);
                    crate::tui::update(model, Input::Drawn { file, size, picture });
                }
            }
        },
    },
    Scene {
        name: "direct-typing",
        lang: Lang::En,
        change: |model| {
            let mut talk = Talk::new();
            talk.event(ME, 200, SystemEvent::JoinedHere);
            talk.say(ME, 40, "Are we sailing on Sunday?");
            talk.say(BOB, 31, "If the wind allows. The forecast says *7 m/s*, that is fine for us.");
            talk.say(BOB, 30, "See you on the boat");
            talk::open(model, WITH_BOB, talk.done());
        },
    },
    Scene {
        name: "request-ru",
        lang: Lang::Ru,
        change: |model| {
            let mut talk = Talk::new();
            talk.say(talk::STRANGER, 8, "Здравствуйте! Я по объявлению.\u{1b}[2J \u{202e}txet desrever");
            talk::open(model, REQUEST, talk.done());
        },
    },
    Scene {
        name: "offline-and-warned",
        lang: Lang::En,
        change: |model| {
            team(model);
            model.connection = ConnectionState::Offline;
            model.link = Link { trouble: Some(Trouble::NoAnswer), wake_at: Some(NOW.plus_millis(17_000)) };
            model.warnings = warnings();
        },
    },
    Scene {
        name: "broken-ru",
        lang: Lang::Ru,
        change: |model| {
            let mut talk = Talk::new();
            talk.say(VERA, 9000, "Кто на дежурстве?");
            talk.event(BOB, 8990, SystemEvent::RuleBroken { reason: "rank".to_owned() });
            talk::open(model, BROKEN, talk.done());
            model.connection = ConnectionState::Offline;
            model.link = Link { trouble: Some(Trouble::NoSuchHost), wake_at: None };
        },
    },
    Scene {
        name: "search",
        lang: Lang::En,
        change: |model| {
            team(model);
            let hit = |index: usize, matches: Vec<(u32, u32)>| {
                let message = talk::team().into_iter().nth(index);
                message.map(|message| SearchHit {
                    conversation: conversation(TEAM),
                    message,
                    matches,
                    files: Vec::new(),
                })
            };
            let hits = [hit(13, vec![(15, 6)]), hit(10, vec![(8, 4)]), hit(5, vec![(0, 5)])];
            model.overlays.push(Overlay::Search(Search {
                words: Editor::with("news"),
                here: true,
                hits: hits.into_iter().flatten().collect(),
                marked: 1,
                answered: true,
            }));
        },
    },
    Scene {
        name: "find-ru",
        lang: Lang::Ru,
        change: |model| {
            let card = |n, name: &str| AccountCard {
                account: account(n),
                username: name.parse::<Username>().ok(),
                root: Fingerprint::from_bytes([n; 32]),
                device_log_version: 1,
            };
            model.overlays.push(Overlay::Find(Find {
                name: Editor::with("bo"),
                found: Some(vec![card(BOB, "bob"), card(50, "boris_k"), card(51, "bot_weather")]),
                marked: 1,
                busy: false,
            }));
        },
    },
    Scene {
        name: "info-ru",
        lang: Lang::Ru,
        change: |model| {
            team(model);
            model.overlays.push(Overlay::Info { conversation: conversation(TEAM), scroll: 0 });
        },
    },
    Scene {
        name: "details",
        lang: Lang::En,
        change: |model| {
            team(model);
            let message = talk::team().into_iter().nth(6);
            let info = message.map(|message| {
                Box::new(MessageInfo {
                    message,
                    delivered_to: vec![account(BOB), account(VERA)],
                    read_by: vec![account(BOB)],
                    opened_by: Vec::new(),
                    generation: 1,
                    epoch: 12,
                    history: vec!["Yes, I have the key.".to_owned()],
                })
            });
            model.overlays.push(Overlay::Details { info });
        },
    },
    Scene {
        name: "warnings-ru",
        lang: Lang::Ru,
        change: |model| {
            model.warnings = warnings();
            model.overlays.push(Overlay::Warnings { marked: 1 });
        },
    },
    Scene {
        name: "devices",
        lang: Lang::En,
        change: |model| {
            let view = |n, name: &str, current| DeviceView {
                device: device(n),
                name: name.to_owned(),
                current,
                added_at: Some(ago(60 * 24 * 30)),
            };
            let devices = vec![view(ME, "laptop", true), view(77, "", false)];
            model.overlays.push(Overlay::Devices { devices, marked: 1, code: Editor::default() });
        },
    },
    Scene {
        name: "approve-ru",
        lang: Lang::Ru,
        change: |model| {
            team(model);
            let link = "7KQ4-M2XP".to_owned();
            model.overlays.push(Overlay::Approve { link, device: device(78), comparison: "481526".to_owned() });
        },
    },
    Scene {
        name: "safety",
        lang: Lang::En,
        change: |model| {
            let number = "37201 99412 08817 65230 11942 70036 55108 43371 90024 16683 20975 48816".to_owned();
            model.overlays.push(Overlay::Verify { account: account(KENJI), number: Some(number) });
        },
    },
    Scene {
        name: "forward",
        lang: Lang::En,
        change: |model| {
            team(model);
            model.overlays.push(Overlay::Forward(Forwarding {
                from: conversation(TEAM),
                messages: Vec::new(),
                filter: Editor::default(),
                marked: 2,
                with_author: true,
            }));
        },
    },
    Scene {
        name: "react",
        lang: Lang::En,
        change: |model| {
            team(model);
            let target = talk::team().remove(5).message;
            model.overlays.push(Overlay::React { target, marked: 2, typed: Editor::default() });
        },
    },
    Scene { name: "me-ru", lang: Lang::Ru, change: |model| model.overlays.push(Overlay::Me { marked: 2 }) },
    Scene {
        name: "commands",
        lang: Lang::En,
        change: |model| {
            team(model);
            if let Some(open) = &mut model.open {
                open.composer = Editor::with("/m");
            }
        },
    },
    Scene {
        name: "command-ru",
        lang: Lang::Ru,
        change: |model| {
            model.conversations.clear();
            model.overlays.push(Overlay::Command(Editor::with("/")));
        },
    },
    Scene { name: "help", lang: Lang::En, change: |model| model.overlays.push(Overlay::Help { scroll: 0 }) },
    Scene { name: "help-ru", lang: Lang::Ru, change: |model| model.overlays.push(Overlay::Help { scroll: 30 }) },
];

fn warnings() -> Vec<Warning> {
    vec![
        Warning { id: 1, at: ago(500), conversation: None, kind: WarningKind::OwnDeviceAdded { device: device(77) } },
        Warning {
            id: 2,
            at: ago(95),
            conversation: Some(conversation(talk::WITH_KENJI)),
            kind: WarningKind::IdentityChanged { account: account(KENJI) },
        },
    ]
}
