//! Who may do what: for each kind of conversation, each role and each action the server's answer at the socket is the one
//! that `model::decide` gives.

use std::collections::BTreeMap;

use beseda_model::{Action, Code, ConversationId, ConversationKind, Permissions, Policy, Role, RosterEntry, decide};
use beseda_wire::request::{Reply, Request, Succeed};

use crate::groups::{Change, Client, changed, policy};
use crate::people::Person;
use crate::world::{Server, Socket};

use ConversationKind::{Direct, Group, Notes};

/// Every action with every role that it can name; leaving comes last, as nothing is done after it.
fn actions() -> Vec<Action> {
    let mut actions = vec![Action::Send, Action::EditInfo, Action::Pin, Action::DeleteOthers];
    actions.extend(Role::ALL.map(|role| Action::Add { role }));
    actions.extend(Role::ALL.map(|target| Action::Remove { target }));
    for own in [false, true] {
        for from in Role::ALL {
            let others = Role::ALL.into_iter().filter(|to| *to != from);
            actions.extend(others.map(|to| Action::SetRole { from, to, own }));
        }
    }
    actions.extend([Action::ChangePermissions, Action::OwnDevices, Action::Leave]);
    actions
}

#[test]
fn the_list_of_actions_is_complete() {
    let error = serde_json::from_str::<Action>("\"nonsense\"").unwrap_err().to_string();
    let (_, known) = error.split_once("expected one of ").unwrap();
    for name in known.split('`').skip(1).step_by(2) {
        let listed = actions().iter().any(|action| serde_json::to_string(action).unwrap().contains(name));
        assert!(listed, "the action {name} is missing here");
    }
}

/// People who do not mind being added. Directs and notes exist once, so each role has people of its own for them.
struct Cast {
    server: Server,
    people: BTreeMap<&'static str, Person>,
    conversations: u8,
}

const ACTORS: [&str; 3] = ["acting member", "acting admin", "acting owner"];
const FOUNDERS: [&str; 3] = ["founding member", "founding admin", "founder"];
const TARGETS: [&str; 3] = ["member", "admin", "founder"];
const NEWCOMER: &str = "newcomer";

fn of_role(names: [&'static str; 3], role: Role) -> &'static str {
    match role {
        Role::Member => names[0],
        Role::Admin => names[1],
        Role::Owner => names[2],
    }
}

impl Cast {
    async fn new() -> Self {
        let server = Server::start_with(|config| {
            let limits = &mut config.limits;
            for roomy in [&mut limits.creates, &mut limits.sends, &mut limits.joins] {
                *roomy = 1_000_000;
            }
        })
        .await;
        let mut people = BTreeMap::new();
        let names = ACTORS.into_iter().chain(FOUNDERS).chain(["member", "admin", NEWCOMER]);
        for (number, name) in (1..).zip(names) {
            let person = server.join(number).await;
            server.open_door(&person).await;
            people.insert(name, person);
        }
        Self { server, people, conversations: 0 }
    }

    fn person(&self, name: &str) -> &Person {
        &self.people[name]
    }
}

/// A conversation with the actor in it, as the actor's device sees it.
struct Scene {
    id: ConversationId,
    policy: Policy,
    /// Somebody else's message; none where there is nobody else.
    foreign: Option<u64>,
    actor: Client,
    socket: Socket,
}

fn seq(reply: Reply) -> u64 {
    match reply {
        Reply::Appended { seq, .. } => seq,
        other => panic!("expected a place in the log, there came {other:?}"),
    }
}

impl Cast {
    /// A conversation in which the actor of `role` has that role.
    async fn scene(&mut self, kind: ConversationKind, permissions: &Permissions, role: Role) -> Scene {
        self.conversations += 1;
        let id = ConversationId::from_bytes([0xc0, self.conversations, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 9]);
        let actor = self.person(of_role(ACTORS, role));
        let founder = self.person(match kind {
            Direct => of_role(FOUNDERS, role),
            Group => "founder",
            Notes => of_role(ACTORS, role),
        });
        let members = match kind {
            Notes => vec![(actor, role)],
            Direct => vec![(founder, role), (actor, role)],
            Group => vec![
                (founder, Role::Owner),
                (actor, role),
                (self.person("admin"), Role::Admin),
                (self.person("member"), Role::Member),
            ],
        };
        let mut policy = policy(kind, &members);
        policy.permissions = permissions.clone();
        let mut client = Client::of(actor);
        let mut socket = actor.connect(&self.server).await;
        if kind == Notes {
            seq(socket.ask(client.create(id, &policy, Vec::new())).await.unwrap());
            return Scene { id, policy, foreign: None, actor: client, socket };
        }
        let others = members.iter().filter(|(person, _)| person.account != founder.account);
        let others: Vec<_> = others
            .map(|(person, _)| match person.account == actor.account {
                true => client.addition(),
                false => Client::of(person).addition(),
            })
            .collect();
        let (mut founding, mut at_founder) = (Client::of(founder), founder.connect(&self.server).await);
        seq(at_founder.ask(founding.create(id, &policy, others)).await.unwrap());
        founding.merge();
        let foreign = seq(at_founder.ask(founding.say("hello", Vec::new())).await.unwrap());
        client.enter(&mut socket, id).await;
        Scene { id, policy, foreign: Some(foreign), actor: client, socket }
    }

    /// What the actor's device asks the server for; none if there is nobody to do it to, or if the server can't tell it
    /// from any message.
    async fn request(&self, scene: &mut Scene, role: Role, action: Action) -> Option<Request> {
        let kind = scene.policy.kind;
        let somebody = |target: Role| match kind {
            Notes => None,
            Direct => (target == role).then(|| self.person(of_role(FOUNDERS, role))),
            Group => Some(self.person(of_role(TARGETS, target))),
        };
        let actor = &mut scene.actor;
        let set_role = |account, to| {
            changed(&scene.policy, |policy| {
                for entry in policy.roster.iter_mut().filter(|entry| entry.account == account) {
                    entry.role = to;
                }
            })
        };
        let change = match action {
            Action::Send => return Some(actor.say("words", Vec::new())),
            Action::DeleteOthers => return Some(actor.say("", vec![scene.foreign?])),
            // Encrypted: devices decide on it, by the same function.
            Action::EditInfo | Action::Pin => return None,
            // Who is alone has nobody to tell.
            Action::Leave if kind == Notes => return None,
            Action::Leave => return Some(actor.leave()),
            // The device comes in anew; its old leaf goes by the same commit.
            Action::OwnDevices => {
                let given = scene.socket.ask(Request::GroupInfo { conversation: scene.id }).await.unwrap();
                return Some(actor.join(&given));
            }
            Action::Add { role } => {
                let newcomer = self.person(NEWCOMER);
                let entry = RosterEntry { account: newcomer.account, root: newcomer.root.fingerprint(), role };
                Change {
                    add: vec![Client::of(newcomer).addition()],
                    policy: Some(changed(&scene.policy, |policy| policy.roster.push(entry))),
                    ..Change::default()
                }
            }
            Action::Remove { target } => {
                let gone = somebody(target)?;
                let without = |policy: &mut Policy| policy.roster.retain(|entry| entry.account != gone.account);
                Change { remove: vec![gone.device], policy: Some(changed(&scene.policy, without)), ..Change::default() }
            }
            Action::SetRole { from, to, own: true } => {
                (from == role).then_some(())?;
                Change { policy: Some(set_role(actor.account, to)), ..Change::default() }
            }
            Action::SetRole { from, to, own: false } => {
                Change { policy: Some(set_role(somebody(from)?.account, to)), ..Change::default() }
            }
            Action::ChangePermissions => {
                let other = |policy: &mut Policy| {
                    policy.permissions.pin =
                        if policy.permissions.pin == Role::Owner { Role::Member } else { Role::Owner };
                };
                Change { policy: Some(changed(&scene.policy, other)), ..Change::default() }
            }
        };
        Some(actor.commit(change))
    }
}

/// What the server answers to what `decide` refuses.
const fn refusal(action: Action) -> Code {
    match action {
        Action::Send | Action::DeleteOthers => Code::Forbidden,
        _ => Code::InvalidCommit,
    }
}

fn permission_sets() -> [Permissions; 3] {
    let all = |role| Permissions {
        send: role,
        add_members: role,
        remove_members: role,
        edit_info: role,
        pin: role,
        delete_others: role,
        change_roles: role,
        change_permissions: role,
    };
    [Permissions::default(), all(Role::Member), all(Role::Owner)]
}

async fn compare(kind: ConversationKind, permissions: &[Permissions]) -> usize {
    let mut cast = Cast::new().await;
    let mut compared = 0;
    for permissions in permissions {
        for role in Role::ALL {
            let mut scene = None;
            for action in actions() {
                let mut now = match scene.take() {
                    Some(scene) => scene,
                    None => cast.scene(kind, permissions, role).await,
                };
                let Some(request) = cast.request(&mut now, role, action).await else {
                    scene = Some(now);
                    continue;
                };
                let expected = decide(kind, permissions, role, action).map_err(|_| refusal(action));
                let answer = now.socket.ask(request).await;
                let told = answer.as_ref().map(|_| ()).map_err(|why| why.code);
                assert_eq!(told, expected, "{kind:?} with {permissions:?}, {role:?} {action:?}: {answer:?}");
                if let (Group, Err(why), Err(denied)) = (kind, &answer, decide(kind, permissions, role, action)) {
                    assert!(why.detail.contains(&denied.to_string()), "for another reason: {why:?}, not {denied}");
                }
                compared += 1;
                let goes_on = matches!(action, Action::Send | Action::DeleteOthers | Action::OwnDevices);
                // What was refused has changed nothing.
                if goes_on || told.is_err() {
                    scene = Some(now);
                }
            }
        }
    }
    compared
}

/// What `decide` says, for people: the rows of the document.
fn rows() -> String {
    let name = |action: Action| match action {
        Action::Send => "send, edit and delete own messages, react".to_owned(),
        Action::EditInfo => "change title, description, timer (judged by devices)".to_owned(),
        Action::Pin => "pin messages (judged by devices)".to_owned(),
        Action::DeleteOthers => "delete others' messages for everyone".to_owned(),
        Action::Add { role } => format!("add as {}", word(role)),
        Action::Remove { target } => format!("remove {}", word(target)),
        Action::SetRole { from, to, own: true } => format!("make oneself {}, from {}", word(to), word(from)),
        Action::SetRole { from, to, own: false } => format!("make a present {} {}", word(from), word(to)),
        Action::ChangePermissions => "change the permissions".to_owned(),
        Action::OwnDevices => "bring in and drop own devices".to_owned(),
        Action::Leave => "leave".to_owned(),
    };
    let mut rows = String::new();
    for action in actions() {
        rows.push_str(&format!("| {} |", name(action)));
        let groups = Role::ALL.map(|role| (Group, role));
        for (kind, role) in groups.into_iter().chain([(Direct, Role::Member), (Notes, Role::Member)]) {
            let is_other = matches!(action, Action::SetRole { from, own: true, .. } if kind == Group && from != role);
            let may = decide(kind, &Permissions::default(), role, action).is_ok();
            rows.push_str(if is_other {
                "  |"
            } else if may {
                " yes |"
            } else {
                " no |"
            });
        }
        rows.push('\n');
    }
    rows
}

const fn word(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Admin => "admin",
        Role::Owner => "owner",
    }
}

#[test]
fn the_document_shows_what_the_decision_says() {
    let document = include_str!("../../../../docs/authorisation.md");
    let heads = "| Action | Member | Admin | Owner | In a direct conversation | In notes |\n\
                 | --- | --- | --- | --- | --- | --- |\n";
    let table = format!("{heads}{}\n", rows());
    assert!(document.contains(&table), "docs/authorisation.md must have this table:\n\n{table}");
}

#[tokio::test]
async fn in_a_direct_conversation_and_in_notes_the_socket_answers_as_the_decision_says() {
    let permissions = [Permissions::default()];
    assert_eq!(Box::pin(compare(Direct, &permissions)).await, 3 * 13);
    assert_eq!(Box::pin(compare(Notes, &permissions)).await, 3 * 8);
}

/// Without reports of a broken group a successor takes the right to change the permissions; in notes one is alone.
#[tokio::test]
async fn a_successor_is_opened_by_whom_the_decision_allows_it() {
    let mut cast = Cast::new().await;
    for kind in [Group, Direct, Notes] {
        for permissions in permission_sets().iter().take(if kind == Group { 3 } else { 1 }) {
            for role in Role::ALL {
                let mut scene = cast.scene(kind, permissions, role).await;
                let (group_info, tree) =
                    Client::of(cast.person(of_role(ACTORS, role))).start(scene.id, 1, &scene.policy);
                let answer = scene.socket.ask(Request::Succeed(Succeed { group_info, tree, commit: None })).await;
                let may = kind == Notes || decide(kind, permissions, role, Action::ChangePermissions).is_ok();
                let expected = if may { Ok(()) } else { Err(Code::Forbidden) };
                assert_eq!(answer.map(|_| ()).map_err(|why| why.code), expected, "{kind:?} {permissions:?} {role:?}");
            }
        }
    }
}

#[tokio::test]
async fn slow_in_a_group_the_socket_answers_as_the_decision_says() {
    assert_eq!(Box::pin(compare(Group, &permission_sets())).await, 3 * 3 * 19);
}
