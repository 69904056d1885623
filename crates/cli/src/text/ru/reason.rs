//! Reasons and what they are about.

use beseda_engine::api::reason::{Field, Reason};
use beseda_engine::api::view::AskDoubt;
use beseda_model::Role;

use crate::safe;

/// A reason, as the end of a sentence.
pub(super) fn reason(reason: &Reason) -> String {
    let words = match reason {
        Reason::Kind => "в беседах этого вида так нельзя",
        Reason::Role { needed: Role::Owner } => "нужна роль владельца",
        Reason::Role { needed: Role::Admin } => "нужна роль администратора или выше",
        Reason::Role { needed: Role::Member } => "нужно быть участником",
        Reason::Rank => "это касается человека с такой же или более высокой ролью",
        Reason::LastOwner => "последний владелец сначала должен назначить другого",
        Reason::GroupsOnly => "название и описание есть только у групп",
        Reason::AuthorOnly => "изменить сообщение может только автор",
        Reason::UnderWay => "оно уже отправляется; удалите его у всех",
        Reason::LeaveFirst => "сначала выйдите из группы",
        Reason::NotesStay => "заметки всегда на месте",
        Reason::Left => "вы больше не участник",
        Reason::Joining => "это устройство ещё входит в беседу",
        Reason::UpdateRequired => "нужно обновить программу",
        Reason::Forked => "история противоречит сама себе",
        Reason::RequestWaits => "сначала примите запрос",
        Reason::PeerGone => "на том конце никого нет; начните новую беседу",
        Reason::NotStarted => "беседу не удалось начать",
        Reason::Encryption => "не удалось зашифровать",
        Reason::FileDamaged => "файл повреждён",
        Reason::FileGone => "файла больше нет на сервере",
        Reason::FileElsewhere => "файла ещё нет на этом устройстве",
        Reason::OnceOver => "это уже открыли или не открыли вовремя; ничего не осталось",
        Reason::OnceOwn => "это отправили вы; открыть могут только другие",
        Reason::OnceWhat => "на один просмотр отправляется ровно одно фото, видео или голосовое сообщение",
        Reason::PerhapsSent => "возможно, оно было отправлено до повторного входа на этом устройстве",
        Reason::Overtaken => "тем временем запросили другое",
        Reason::OtherWay => "выбран другой способ входа",
        Reason::TurnedDown => "другое устройство отказало этому",
        Reason::CodeExpired => "код устарел; начните снова",
        Reason::DevicesChanged => "список устройств изменился; начните снова",
        Reason::KeyNotShown => "новое устройство ещё не показало свой ключ",
        Reason::PhraseUnclear => "ещё неизвестно, действует ли последняя новая фраза",
        Reason::PhraseLater => {
            "попытка повторится, когда сервер ответит; фраза появится, как только начнёт действовать"
        }
        Reason::AccountInUse => "учётной записью пользуются; одного номера для входа мало",
        Reason::OtherGroup => "сервер показывает другую группу",
        Reason::OtherPerson => "это не тот человек, который просился в группу",
        Reason::NoSticker => "это не стикер",
        Reason::NoGif => "это не GIF до 8 МБ",
        Reason::NoPack => "такого набора стикеров нет",
        Reason::OwnPack => "это ваш собственный набор",
        Reason::Empty => "пусто",
        Reason::Needed => "нужно указать",
        Reason::TooMany => "слишком много",
        Reason::TooLong => "слишком длинно, чтобы отправить",
        Reason::NotOnEarth => "такого места на земле нет",
        Reason::NoContact => "так не бывает, или их больше десяти",
        Reason::OneEmoji => "реакция — это один эмодзи",
        Reason::UsernameLength => "в имени пользователя от 3 до 32 знаков",
        Reason::UsernameCharacters => "имя начинается с буквы и состоит из букв a-z, цифр и одиночных подчёркиваний",
        Reason::NeedsUsername => "нужно имя пользователя",
        Reason::NeedsBoth => "этому серверу нужны имя пользователя и пароль",
        Reason::Scheme => "адрес начинается с http:// или https://",
        Reason::Host => "после схемы — имя и, может быть, порт, больше ничего",
        Reason::DigitsOnly => "в нём только цифры",
        Reason::NumberCharacters => "в нём цифры и, может быть, плюс, пробелы и скобки",
        Reason::Checksum => "слова не складываются: одно из них другое или порядок неверен",
        Reason::OtherPhrase => "это не нынешняя фраза этой учётной записи",
        Reason::OtherAccount => "в этом профиле история другой учётной записи",
        Reason::NoLink => "это не ссылка сервера Beseda",
        Reason::NoGroupLink => "она ведёт не в группу",
        Reason::UselessLink => "по ней никто не смог бы войти",
        Reason::Confirm => "введите своё имя пользователя или конец своего id",
        Reason::UnknownCommand => "эта версия такого не знает",
        Reason::Ask { doubt } => ask(*doubt),
        Reason::TooManyDevices { most } => return format!("в группе было бы больше {most} устройств"),
        Reason::Group { detail } => return format!("группа такого не примет ({})", safe::line(detail)),
        Reason::AtLeast { least } => return format!("не меньше {least} {}", characters(*least)),
        Reason::AtLeastInside { least } => {
            return format!("не меньше {least} {} без учёта пробелов по краям", characters(*least));
        }
        Reason::AtMost { most } => return format!("не больше {most} {}", characters(*most)),
        Reason::AtMostBytes { most } => return format!("не больше {most} байт"),
        Reason::Between { least, most } => return format!("от {least} до {most}"),
        Reason::WordCount { found } => return format!("во фразе 24 слова, а здесь {found}"),
        Reason::UnknownWord { position } => return format!("слово {position} не из тех, что бывают во фразах"),
        Reason::WrongWord { position } => return format!("слово {position} другое"),
    };
    words.to_owned()
}

const fn ask(doubt: AskDoubt) -> &'static str {
    match doubt {
        AskDoubt::Unknown => "заявку пока нельзя проверить; попробуйте чуть позже",
        AskDoubt::Malformed => "заявка повреждена",
        AskDoubt::OtherLink => "заявка относится к другой ссылке",
        AskDoubt::Maker => "создавший ссылку больше не может добавлять людей",
        AskDoubt::Expired => "срок ссылки истёк",
        AskDoubt::NoLink => "у просящего нет этой ссылки",
    }
}

/// In the genitive, as after "не больше".
const fn characters(count: u64) -> &'static str {
    super::plural(count, "знака", "знаков", "знаков")
}

/// The name of what was given.
pub(super) const fn field(field: Field) -> &'static str {
    match field {
        Field::Account => "учётная запись",
        Field::Bio => "о себе",
        Field::Code => "код",
        Field::Contacts => "контакты",
        Field::Command => "команда",
        Field::Confirm => "подтверждение",
        Field::Description => "описание",
        Field::Email => "адрес почты",
        Field::Emoji => "реакция",
        Field::Entities => "оформление",
        Field::Files => "файлы",
        Field::Folders => "папки",
        Field::Licence => "лицензия",
        Field::Link => "ссылка",
        Field::Members => "участники",
        Field::Messages => "сообщения",
        Field::Name => "имя",
        Field::Password => "пароль",
        Field::Phone => "номер телефона",
        Field::Phrase => "фраза",
        Field::Picture => "изображение",
        Field::Place => "место",
        Field::Quiet => "тихие часы",
        Field::Report => "жалоба",
        Field::Server => "сервер",
        Field::Status => "статус",
        Field::Stickers => "стикеры",
        Field::Text => "текст",
        Field::Timer => "таймер",
        Field::Title => "название",
        Field::Username => "имя пользователя",
        Field::Words => "слова",
    }
}
