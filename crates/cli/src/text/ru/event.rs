use beseda_engine::api::view::SystemEvent;
use beseda_model::{AccountId, Role};
use beseda_wire::content::{TimedFrom, Timer};

use crate::safe;
use crate::text::{Lang, Named, Sentence, enumerate};

/// People's gender is not known and names are not inflected: others act in the present tense and objects stand after a
/// colon, which suits every name; «Вы» takes the plural past.
pub(in crate::text) fn event(author: AccountId, event: &SystemEvent, named: Named<'_>) -> String {
    let (name, own) = named(author);
    let did = |past: &str, present: &str| if own { format!("Вы {past}") } else { format!("{name} {present}") };
    let object = |account: AccountId| {
        let (name, own) = named(account);
        if own { "вас".to_owned() } else { name }
    };
    match event {
        SystemEvent::Created => did("начали беседу", "начинает беседу"),
        SystemEvent::Added { accounts } => {
            let names: Vec<String> = accounts.iter().copied().map(object).collect();
            format!("{}: {}", did("добавили", "добавляет"), enumerate(&names, "и"))
        }
        SystemEvent::Removed { account } => format!("{}: {}", did("исключили", "исключает"), object(*account)),
        SystemEvent::Left { account } => {
            let (name, own) = named(*account);
            if own {
                "Вы вышли из группы".to_owned()
            } else {
                format!("{name} выходит из группы")
            }
        }
        SystemEvent::RoleChanged { account, role } => {
            let role = match role {
                Role::Owner => "владелец",
                Role::Admin => "администратор",
                Role::Member => "участник",
            };
            let (who, own_role) = named(*account);
            let who = if own_role { "вы".to_owned() } else { who };
            format!("{}: {who} — {role}", did("сменили роль", "меняет роль"))
        }
        SystemEvent::HandedOver { account } => {
            let (who, own_role) = named(*account);
            let who = if own_role { "вы".to_owned() } else { who };
            format!("{}, теперь владелец {who}", did("передали группу", "передаёт группу"))
        }
        SystemEvent::PermissionsChanged => did("сменили права участников", "меняет права участников"),
        SystemEvent::Title { title } => {
            format!("{}: «{}»", did("сменили название", "меняет название"), safe::line(title))
        }
        SystemEvent::Description => did("сменили описание", "меняет описание"),
        SystemEvent::Picture { removed: false } => did("сменили изображение", "меняет изображение"),
        SystemEvent::Picture { removed: true } => did("убрали изображение", "убирает изображение"),
        SystemEvent::Timer { timer: None } => {
            format!("{}: новые сообщения остаются", did("выключили таймер", "выключает таймер"))
        }
        SystemEvent::Timer { timer: Some(timer) } => format!(
            "{}: новые сообщения исчезают через {}",
            did("включили таймер", "включает таймер"),
            timer_text(*timer)
        ),
        SystemEvent::Pinned { on: true, .. } => did("закрепили сообщение", "закрепляет сообщение"),
        SystemEvent::Pinned { on: false, .. } => did("открепили сообщение", "открепляет сообщение"),
        SystemEvent::IdentityChanged { account } => {
            let (who, own) = named(*account);
            let who = if own { "у вас".to_owned() } else { format!("{who}:") };
            format!("{who} сменился ключ. Прежде чем доверять секреты, сверьте код безопасности.")
        }
        SystemEvent::AccountDeleted { account } => format!("Учётная запись удалена ({})", named(*account).0),
        SystemEvent::Renewed => "Шифрование начато заново; беседа продолжается".to_owned(),
        SystemEvent::JoinedHere => "С этого места беседу можно читать на этом устройстве".to_owned(),
        SystemEvent::LogForked => {
            format!("⚠ {name}: история здесь иная, чем на этом устройстве; сервер или программа собеседника лжёт")
        }
        SystemEvent::RuleBroken { reason } => {
            format!("⚠ {name} нарушает правила группы; это действие не принято ({})", safe::line(reason))
        }
        _ => "Произошло что-то, для чего у этой версии нет слов".to_owned(),
    }
}

fn timer_text(timer: Timer) -> String {
    let time = Lang::Ru.duration(u64::from(timer.seconds));
    match timer.from {
        TimedFrom::Sent => Lang::Ru.sentence(&Sentence::TimerFromSending(&time)),
        TimedFrom::Read => Lang::Ru.sentence(&Sentence::TimerFromReading(&time)),
    }
}
