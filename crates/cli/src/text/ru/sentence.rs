use super::plural;
use crate::text::{Lang, Sentence, enumerate, percent, size};

pub(in crate::text) fn sentence(sentence: &Sentence<'_>) -> String {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    match *sentence {
        Sentence::Unread(n) => format!("{n} {}", plural(n, "непрочитанное", "непрочитанных", "непрочитанных")),
        Sentence::Members(n) => format!("{n} {}", plural(count(n), "участник", "участника", "участников")),
        Sentence::Devices(n) => format!("{n} {}", plural(u64::from(n), "устройство", "устройства", "устройств")),
        Sentence::Warnings(n) => {
            format!("{n} {}", plural(count(n), "предупреждение", "предупреждения", "предупреждений"))
        }
        Sentence::Found(n) => format!("{}: {n}", plural(count(n), "найдено", "найдено", "найдено")),
        Sentence::Typing(names) => {
            format!("{} {}…", enumerate(names, "и"), if names.len() == 1 { "печатает" } else { "печатают" })
        }
        Sentence::NextTry { seconds } => format!("следующая попытка через {}", accusative(seconds)),
        Sentence::LastSeen(when) => format!("последний раз в сети {when}"),
        Sentence::DeletedBy(name) => format!("Сообщение удалено ({name})"),
        Sentence::Unsupported(kind) => {
            format!("Сообщение нового вида ({kind}): чтобы увидеть его, обновите программу")
        }
        Sentence::ForwardedFrom(name) => format!("Переслано от: {name}"),
        Sentence::DisappearsAt(when) => format!("исчезнет {when}"),
        Sentence::TimerFromSending(time) => format!("{time} после отправки"),
        Sentence::TimerFromReading(time) => format!("{time} после прочтения"),
        Sentence::NotSent(why) => format!("Не отправлено: {why}"),
        Sentence::NotSentTodo { what, todo } => format!("Не отправлено: {what} {todo}"),
        Sentence::ReplyTo(name) => format!("Ответ: {name}"),
        Sentence::RequestFrom(name) => {
            format!("{name} хочет вам написать. Пока вы не согласитесь, о вас ничего не видно.")
        }
        Sentence::Usage(usage) => format!("Пишите так: {usage}"),
        Sentence::NoSuchPerson(name) => format!("Никого с именем {name} нет."),
        Sentence::NoSuchConversation(name) => format!("Беседы {name} нет."),
        Sentence::NoSuchFolder(name) => format!("Папки {name} нет."),
        Sentence::Ambiguous(name) => format!("Под {name} подходит несколько: уточните."),
        Sentence::RemoveDeviceQuestion(name) => {
            format!("Убрать устройство {name}? Оно сразу отключится и нового не прочитает.")
        }
        Sentence::SafetyWith(name) => format!("Код безопасности с собеседником: {name}"),
        Sentence::ApproveDevice(name) => format!("Новое устройство: {name}"),
        Sentence::SignedInAs(name) => format!("Вы вошли как {name}"),
        Sentence::AccountMade(name) => format!("Учётная запись создана: {name}"),
        Sentence::Epoch { generation, epoch } => format!("поколение {generation}, эпоха {epoch}"),
        Sentence::AddedAt(when) => format!("с {when}"),
        Sentence::Status(text) => format!("статус: {text}"),
        Sentence::NoSuchMessage(name) => format!("Сообщения {name} там нет."),
        Sentence::NoSuchDevice(name) => format!("У вас нет устройства {name}."),
        Sentence::ProfileInUse { path, holder } => format!(
            "Профиль {path} занят другим beseda-cli (процесс {holder}). Закройте его или выберите другую папку: --home."
        ),
        Sentence::ProfileBroken { path, reason } => format!("Профиль {path} использовать нельзя: {reason}."),
        Sentence::Comparison(digits) => format!("На обоих устройствах должно быть: {digits}"),
        Sentence::LinkCode(code) => format!("На другом устройстве: beseda-cli device approve {code}"),
        Sentence::CodeSent { phone, seconds } => {
            format!("Код отправлен на {phone}. Ещё один можно будет запросить через {}.", accusative(seconds))
        }
        Sentence::PhoneVerified(phone) => format!("Номер {phone} подтверждён."),
        Sentence::DigitsDiffer { theirs, ours } => {
            format!("Цифры разные (там {theirs}, здесь {ours}): новому устройству отказано.")
        }
        Sentence::FilePrepared { name, done, total } => format!("Подготовка {name}: {} %", percent(done, total)),
        Sentence::FileWritten { name, done, total } => format!("Запись {name}: {} %", percent(done, total)),
        Sentence::FilesSent { done, total } => {
            format!("Отправка: {} из {}, {} %", size(Lang::Ru, done), size(Lang::Ru, total), percent(done, total))
        }
        Sentence::FilesFetched { done, total } => {
            format!("Загрузка: {} из {}, {} %", size(Lang::Ru, done), size(Lang::Ru, total), percent(done, total))
        }
        Sentence::FileSending(percent) => format!("отправлено {percent} %"),
        Sentence::FileFetching(percent) => format!("загружено {percent} %"),
        Sentence::FilePaused(percent) => format!("остановлено на {percent} %"),
        Sentence::FileHeld(percent) => format!("ждёт бесплатной сети, готово {percent} %"),
        Sentence::FileFailed(why) => format!("ошибка: {why}"),
        Sentence::NoSuchFile(path) => format!("Файла {path} нет."),
        Sentence::NotAFile(path) => format!("{path} — папка или устройство, а отправить можно только файл."),
        Sentence::FileUnusable { path, reason } => format!("Не получается использовать {path}: {reason}."),
        Sentence::NotBare(path) => format!(
            "{path}: файл повреждён или слишком велик, убрать из него место и время съёмки не получается. `--original` или `/original` отправит его вместе с ними."
        ),
        Sentence::NotShown("") => "Показать это как изображение не получается.".to_owned(),
        Sentence::NotShown(name) => format!("Показать {name} как изображение не получается."),
        Sentence::NoSuchPack(name) => format!("Набора стикеров {name} здесь нет."),
        Sentence::NoSuchSticker(name) => format!("Стикера {name} в нём нет."),
        Sentence::StickersInPack(n) => format!("{n} {}", plural(count(n), "стикер", "стикера", "стикеров")),
        Sentence::FileChanged(path) => format!("{path}: файл изменился, пока читался; попробуйте ещё раз."),
        Sentence::NoFileThere(message) => format!("При сообщении {message} такого файла нет."),
        Sentence::SavedAs(path) => format!("Сохранено: {path}"),
        Sentence::PictureTooLarge(path) => format!("{path} великоват для изображения: не больше 1 МиБ."),
        Sentence::NotAPicture(path) => format!("{path} — не изображение PNG, JPEG или WebP."),
        Sentence::RoomUsed { bytes, files } => {
            let word = plural(u64::from(files), "файл", "файла", "файлов");
            format!("Файлы на этом устройстве: {}, {files} {word}.", size(Lang::Ru, bytes))
        }
        Sentence::RoomClearable(bytes) => format!("Можно загрузить заново: {} (--clear).", size(Lang::Ru, bytes)),
        Sentence::RoomAllowed(bytes) => format!("Остаётся не больше {}.", size(Lang::Ru, bytes)),
        Sentence::PictureThere(bytes) => format!("Изображение, {}.", size(Lang::Ru, bytes)),
        Sentence::UsesLeft(n) => format!("ещё для {n}"),
        Sentence::OpenFirst(name) => format!("Беседы с {name} ещё нет: beseda-cli open {name}"),
    }
}

/// A duration after «через»: only the feminine words change (через 1 секунду, 1 минуту, 1 неделю).
fn accusative(seconds: u64) -> String {
    Lang::Ru.duration(seconds).replace("секунда", "секунду").replace("минута", "минуту").replace("неделя", "неделю")
}
