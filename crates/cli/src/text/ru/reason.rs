//! Reasons that the engine gives in English, in Russian. One that is not known here is shown as it came.

const FIELDS: &[(&str, &str)] = &[
    ("server", "сервер"),
    ("username", "имя пользователя"),
    ("password", "пароль"),
    ("phrase", "фраза"),
    ("code", "код"),
    ("words", "слова"),
    ("text", "текст"),
    ("title", "название"),
    ("description", "описание"),
    ("name", "имя"),
    ("bio", "о себе"),
    ("status", "статус"),
    ("emoji", "реакция"),
    ("timer", "таймер"),
    ("targets", "сообщения"),
    ("messages", "сообщения"),
    ("members", "участники"),
    ("account", "учётная запись"),
    ("phone", "номер телефона"),
    ("link", "ссылка"),
    ("confirm", "подтверждение"),
    ("report", "жалоба"),
];

const REASONS: &[(&str, &str)] = &[
    ("this kind of conversation does not allow it", "в беседах этого вида так нельзя"),
    ("it takes the role Admin or higher", "нужна роль администратора или выше"),
    ("it takes the role Owner or higher", "нужна роль владельца"),
    ("it concerns somebody of the same or a higher role", "это касается человека с такой же или более высокой ролью"),
    ("you are no longer a member", "вы больше не участник"),
    ("left", "вы больше не участник"),
    ("joining", "это устройство ещё входит в беседу"),
    ("update the program", "нужно обновить программу"),
    ("the log contradicts itself", "история противоречит сама себе"),
    ("accept the request first", "сначала примите запрос"),
    ("nobody is at the other end; open a new conversation", "на том конце никого нет; начните новую беседу"),
    ("the last owner must make somebody else an owner first", "последний владелец сначала должен назначить другого"),
    ("the group would have no owner", "в группе не осталось бы владельца"),
    ("only groups have a title and a description", "название и описание есть только у групп"),
    ("only its author may edit a message", "изменить сообщение может только автор"),
    ("it is on its way; delete it for all instead", "оно уже отправляется; удалите его у всех"),
    ("the other device turned this one down", "другое устройство отказало этому"),
    ("the code has expired; begin again", "код устарел; начните снова"),
    ("it has digits, and perhaps a plus, spaces and brackets", "в нём цифры и, может быть, плюс, пробелы и скобки"),
    ("it has digits only", "в нём только цифры"),
    ("something else was asked meanwhile", "тем временем запросили другое"),
    (
        "the account is in use; the number alone does not open it",
        "учётной записью пользуются; одного номера для входа мало",
    ),
    ("encryption failed", "не удалось зашифровать"),
    ("it is empty", "пусто"),
    ("it is needed", "нужно указать"),
    ("too many", "слишком много"),
    ("it is too long to be sent", "слишком длинно, чтобы отправить"),
    ("a reaction is one emoji", "реакция — это один эмодзи"),
    ("it needs a username", "нужно имя пользователя"),
    ("this server asks for a username and a password", "этому серверу нужны имя пользователя и пароль"),
    ("a username has 3 to 32 characters", "в имени пользователя от 3 до 32 знаков"),
    (
        "a username starts with a letter and holds only letters a-z, digits and single underscores",
        "имя начинается с буквы и состоит из букв a-z, цифр и одиночных подчёркиваний",
    ),
    (
        "the words do not fit together: one of them is another word, or their order is wrong",
        "слова не складываются: одно из них другое или порядок неверен",
    ),
    ("the server shows another group", "сервер показывает другую группу"),
    ("the person is another one than the one who asked", "это не тот человек, который просился в группу"),
    ("what is needed to judge the request is not here yet", "заявку пока нельзя проверить; попробуйте чуть позже"),
    ("the request is malformed", "заявка повреждена"),
    ("the request belongs to another link", "заявка относится к другой ссылке"),
    ("whoever made the link may not add people any more", "создавший ссылку больше не может добавлять людей"),
    ("the link has expired", "срок ссылки истёк"),
    ("whoever asks does not have the link", "у просящего нет этой ссылки"),
    ("it is not a link of a Beseda server", "это не ссылка сервера Beseda"),
    ("it does not lead to a group", "она ведёт не в группу"),
    ("nobody could use it", "по ней никто не смог бы войти"),
    ("type your username, or the end of your id", "введите своё имя пользователя или конец своего id"),
    ("this profile holds the history of another account", "в этом профиле история другой учётной записи"),
];

/// Reasons with a number in them: what stands before and behind it.
const COUNTED: &[(&str, &str, &str, &str)] = &[
    ("at most ", " characters", "не больше ", " знаков"),
    ("at least ", " characters of it are needed", "нужно не меньше ", " знаков"),
    ("it has at least ", " characters", "не меньше ", " знаков"),
    ("it has at most ", " bytes", "не больше ", " байт"),
    ("word ", " is not one of the words that phrases are made of", "слово ", " не из тех, что бывают во фразах"),
    ("a recovery phrase has 24 words, but these are ", "", "во фразе 24 слова, а здесь ", ""),
    ("the group would have more than ", " devices", "в группе было бы больше ", " устройств"),
];

/// A reason in Russian.
pub(in crate::text) fn reason(english: &str) -> String {
    if let Some((_, russian)) = REASONS.iter().find(|(known, _)| *known == english) {
        return (*russian).to_owned();
    }
    for (before, behind, russian_before, russian_behind) in COUNTED {
        let middle = english.strip_prefix(before).and_then(|rest| rest.strip_suffix(behind));
        if let Some(number) = middle.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
            return format!("{russian_before}{number}{russian_behind}");
        }
    }
    crate::safe::line(english)
}

/// The name of a field in Russian.
pub(in crate::text) fn field(english: &str) -> String {
    let known = FIELDS.iter().find(|(known, _)| *known == english);
    known.map_or_else(|| crate::safe::line(english), |(_, russian)| (*russian).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_reasons_are_said_in_russian_and_others_as_they_came() {
        assert_eq!(reason("it takes the role Admin or higher"), "нужна роль администратора или выше");
        assert_eq!(reason("at most 64 characters"), "не больше 64 знаков");
        assert_eq!(reason("at most x characters"), "at most x characters");
        assert_eq!(reason("something\u{1b}[2J"), "something\u{fffd}[2J");
    }

    #[test]
    fn what_the_decision_says_is_known() {
        use beseda_model::{Denied, Role};
        for denied in
            [Denied::Kind, Denied::Rank, Denied::Role { needed: Role::Admin }, Denied::Role { needed: Role::Owner }]
        {
            assert_ne!(reason(&denied.to_string()), denied.to_string());
        }
    }
}
