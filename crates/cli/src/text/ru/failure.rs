use beseda_engine::api::failure::{Failure, Healing, Unreadable};
use beseda_engine::api::reason::Reason;
use beseda_engine::api::view::WarningKind;
use beseda_model::Code;

use super::reason::{field, reason};
use crate::host::Trouble;
use crate::safe;
use crate::text::{Lang, Named, Sentence, Words, capital};

pub(in crate::text) fn failure(failure: &Failure) -> Words {
    match failure {
        Failure::Refused { code, detail, retry_after_ms } => refused(*code, detail, *retry_after_ms),
        Failure::Unreachable => Words::new("Сервер недоступен.", "Проверьте адрес и сеть и попробуйте снова."),
        Failure::WrongCode { tries_left: 0 } => {
            Words::new("Это не тот код, что был отправлен.", "Попыток больше нет: запросите новый.")
        }
        Failure::WrongCode { tries_left } => {
            Words::new("Это не тот код, что был отправлен.", format!("Попробуйте ещё; осталось попыток: {tries_left}."))
        }
        Failure::CodeExpired => Words::new("Код больше не действует или его не запрашивали.", "Запросите новый."),
        Failure::NotSignedIn => Words::new(
            "В этом профиле вход не выполнен.",
            "Зарегистрируйтесь, восстановите доступ или привяжите устройство.",
        ),
        Failure::AlreadySignedIn => Words::new("В этом профиле вход уже выполнен.", "Выберите другую папку: --home."),
        Failure::NotFound => Words::new("Такого здесь нет.", "Проверьте, что вы назвали; списки показывают, что есть."),
        Failure::NotAllowed { reason: why } => {
            Words::new(format!("Нельзя: {}.", reason(why)), "Попросите владельца или администратора группы.")
        }
        Failure::Invalid { what, reason: why } => {
            Words::new(format!("{}: {}.", capital(field(*what)), reason(why)), "")
        }
        Failure::NotReady { reason: why @ (Reason::FileDamaged | Reason::FileGone) } => {
            Words::new(format!("{}.", capital(&reason(why))), "Попросите прислать его ещё раз.")
        }
        Failure::NotReady { reason: why } => {
            Words::new(format!("Сейчас не получится: {}.", reason(why)), "Попробуйте позже.")
        }
        Failure::OtherServer { server } => Words::new(
            format!("Это ссылка другого сервера: {}.", safe::line(server)),
            "Откройте её в профиле, где вы вошли на тот сервер.",
        ),
        Failure::LinkEnded => Words::new(
            "Ссылка больше не действует: её отозвали, её срок истёк или по ней уже вошли все, кто мог.",
            "Попросите новую.",
        ),
        Failure::Store => Words::new(
            "Сбой локальной базы данных; ничего не изменилось.",
            "Проверьте, есть ли место на диске и можно ли писать в папку профиля.",
        ),
        _ => Words::new("Не получилось, и у этой версии нет слов почему.", "Обновите программу."),
    }
}

fn refused(code: Code, detail: &str, retry_after_ms: Option<u64>) -> Words {
    let later = |otherwise: &str| match retry_after_ms {
        Some(ms) => {
            let next = Lang::Ru.sentence(&Sentence::NextTry { seconds: ms.div_ceil(1000).max(1) });
            format!("Возможна {next}.")
        }
        None => otherwise.to_owned(),
    };
    match code {
        Code::BadRequest => {
            Words::new("Сервер не понял запрос.", "Обновите программу или спросите администратора сервера.")
        }
        Code::TooLarge => Words::new("Это больше, чем разрешает сервер.", "Отправьте меньше за раз."),
        Code::RateLimited => Words::new("Слишком часто.", later("Немного подождите.")),
        Code::Overloaded => Words::new("Сервер перегружен.", later("Попробуйте чуть позже.")),
        Code::Unauthorized => Words::new(
            "Сервер больше не узнаёт это устройство.",
            "Привяжите его заново или восстановите доступ в новом профиле.",
        ),
        Code::DeviceRevoked => Words::new(
            "Это устройство убрали из учётной записи.",
            "Если это сделали не вы: с другого устройства уберите незнакомые и создайте новую фразу.",
        ),
        Code::WrongCredentials => {
            Words::new("Неверное имя или пароль.", "Проверьте оба: что именно неверно, не сообщается.")
        }
        Code::Forbidden => Words::new("Сервер вам этого не разрешает.", "Попросите владельца или администратора."),
        Code::NotFound => Words::new("На сервере такого нет, или вам это не видно.", ""),
        Code::Taken => Words::new("Это имя занято.", "Выберите другое."),
        Code::NotAMember => Words::new("Вы не участник этой беседы.", "Вас должен добавить кто-то из участников."),
        Code::StaleEpoch => Words::new("Беседа тем временем ушла вперёд.", "Попытка повторится сама."),
        Code::CommitDue => {
            Words::new("Сначала из группы нужно вывести ушедших.", "Это произойдёт само, затем попытка повторится.")
        }
        Code::JoinLater => Words::new("Сейчас входит другое устройство.", later("Попытка повторится сама.")),
        Code::InvalidCommit => Words::new(
            format!("Сервер счёл изменение нарушением правил ({}).", safe::line(detail)),
            "Обновите программу; если не поможет, сообщите администратору сервера.",
        ),
        Code::InvalidDeviceLog => Words::new(
            "Список устройств тем временем изменился или не сходится.",
            "Попробуйте снова; если не поможет, сообщите администратору сервера.",
        ),
        Code::KeyPackageUsed => {
            Words::new("У собеседника кончились одноразовые ключи.", "Попробуйте, когда он появится в сети.")
        }
        Code::AlreadyExists => Words::new("Это уже есть.", "Откройте существующее."),
        Code::NotAccepted => Words::new("Этот человек не принимает от вас сообщений.", ""),
        Code::RequestPending => Words::new("Ваш запрос ждёт ответа.", "Продолжить можно, когда его примут."),
        Code::InvalidPhone => Words::new(
            "На такой номер сообщение отправить нельзя.",
            "Проверьте его; пишите с кодом страны, например +7 912 345-67-89.",
        ),
        Code::PhoneNotServed => Words::new(
            "Этот сервер не отправляет коды на номера этой страны.",
            "Войдите другим способом или спросите администратора сервера.",
        ),
        Code::QuotaExceeded => Words::new(
            "На этом сервере больше нет места для ваших файлов.",
            "Удалите сообщения с файлами, которые вам больше не нужны.",
        ),
        Code::WrongOffset => Words::new("Отправка файла продолжается с другого места.", "Попытка повторится сама."),
        Code::WrongChecksum => Words::new("Файл повредился по дороге.", "Попытка повторится сама."),
        Code::StorageFull => Words::new(
            "На сервере кончилось место для файлов.",
            "Сообщите администратору сервера, затем попробуйте снова.",
        ),
        Code::DriveUnreachable => Words::new("Сервер не может связаться с диском.", "Проверьте его адрес."),
        Code::DriveExpired => Words::new("Диск больше не пускает это устройство.", "Подключите его заново."),
        Code::SignUpRefused => sign_up_refused(detail),
        Code::StoreEpochChanged => {
            Words::new("Сервер восстановлен из резервной копии.", "Ваше устройство само вернёт недостающее.")
        }
        Code::OutOfOrder => Words::new("Обмен с сервером сбился.", "Попытка повторится сама."),
        Code::ProfileCopied => Words::new(
            "Этот профиль — копия того, что продолжил жить в другом месте.",
            "Оставьте один; другой привяжите как новое устройство.",
        ),
        Code::UpdateRequired => Words::new("Программа для этого слишком стара.", "Обновите её."),
        Code::Internal => Words::new(
            "Сбой на сервере; ничего не изменилось.",
            "Попробуйте снова; если не поможет, сообщите администратору сервера.",
        ),
        _ => Words::new("Сервер отказал по причине, которой эта версия не знает.", "Обновите программу."),
    }
}

fn sign_up_refused(detail: &str) -> Words {
    let todo = match detail {
        d if d.contains("invit") => "Нужно приглашение: попросите его у администратора сервера.",
        d if d.contains("phone") => "Этому серверу нужен номер телефона: `join phone`.",
        d if d.contains("closed") => "Этот сервер не принимает новых людей.",
        d if d.contains("proof") => "Попробуйте снова.",
        d if d.contains("password") => "Этому серверу нужны имя пользователя и пароль.",
        _ => "Спросите администратора сервера, как войти.",
    };
    Words::new("Сервер не создал учётную запись.", todo)
}

pub(in crate::text) const fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::NoSuchHost => "имя сервера не находится: нет сети или неверен адрес",
        Trouble::NoAnswer => "сервер не отвечает",
        Trouble::TimedOut => "сервер не ответил вовремя",
        Trouble::Certificate => "сертификату сервера нельзя доверять",
        Trouble::Busy => "сервер просит прийти позже",
        Trouble::NotAServer => "по этому адресу отвечает не сервер «Беседы»",
        Trouble::Closed => "соединение закрылось",
    }
}

pub(in crate::text) fn unreadable(why: Unreadable, healing: Healing) -> Words {
    let what = match why {
        Unreadable::BeforeJoin => "Отправлено до того, как это устройство вошло в беседу.",
        Unreadable::KeyGone => "Не читается: ключ уже использован или утрачен.",
        Unreadable::UnknownEpoch => "Не читается: относится к состоянию группы, которого на этом устройстве не было.",
        Unreadable::Damaged => "Не читается: повреждено или подделано.",
        Unreadable::Malformed => "Не читается: такого не пишет ни одна версия программы.",
        Unreadable::RemovedByServer => "Удалено сервером, а не человеком.",
        Unreadable::Forged => "Не показано: это не то, за что себя выдаёт.",
        _ => "Не читается.",
    };
    let todo = match healing {
        Healing::Asked => "Автора попросили прислать ещё раз.",
        Healing::Unrecoverable => "Вернуть уже нельзя.",
        Healing::NotNeeded => "",
    };
    Words::new(what, todo)
}

pub(in crate::text) fn warning(kind: &WarningKind, named: Named<'_>) -> Words {
    match kind {
        WarningKind::LogForked { seq, account: Some(account) } => Words::new(
            format!(
                "{}: история здесь иная, чем у вас (не позднее записи {seq}). Либо сервер показывает людям разное, либо \
                 программа собеседника лжёт.",
                named(*account).0
            ),
            "Сверьте другим путём, что видите вы оба; если разное, спросите администратора сервера.",
        ),
        WarningKind::LogForked { seq, account: None } => Words::new(
            format!("Сервер показывает разным людям разную историю (не позднее записи {seq})."),
            "Сообщите остальным другим путём и спросите администратора сервера.",
        ),
        WarningKind::IdentityChanged { account } => Words::new(
            format!(
                "{}: сменился ключ. Либо утрачена фраза, либо кто-то выдаёт себя за этого человека.",
                named(*account).0
            ),
            "Сверьте код безопасности другим путём.",
        ),
        WarningKind::OwnDeviceAdded { .. } => Words::new(
            "К вашей учётной записи добавлено новое устройство.",
            "Если это сделали не вы, сразу уберите его (F9 или `device remove`).",
        ),
        WarningKind::LinkTampered { .. } => Words::new(
            "Сервер пытался подставить своё устройство вместо того, которое вы подтверждали; ничего не подтверждено.",
            "Не подтверждайте устройства на этом сервере, пока его администратор этого не объяснит.",
        ),
        WarningKind::ServerRestored => Words::new(
            "Сервер вернулся к прежнему состоянию, скорее всего из резервной копии.",
            "Ваши устройства вернут то, что у них есть; делать ничего не нужно.",
        ),
        WarningKind::DeviceLogForked { account } => Words::new(
            format!("Об устройствах собеседника {} сервер рассказал две разные истории.", named(*account).0),
            "Не пишите ему секретов, пока не поговорите другим путём.",
        ),
        WarningKind::DeviceLogWithheld { account } => Words::new(
            format!("Сервер утаивает последний список устройств собеседника {}.", named(*account).0),
            "Возможно, одно из них убрано, а здесь об этом не известно: не пишите пока ничего секретного.",
        ),
        WarningKind::EntryWithheld { seq } => Words::new(
            format!("Сервер утаивает часть этой беседы (запись {seq}); она продолжится, когда та придёт."),
            "Если это не проходит, спросите администратора сервера.",
        ),
        WarningKind::MembersDiffer { added, removed, roles } => Words::new(
            format!(
                "Состав беседы изменился, а это устройство не могло за этим проследить (добавлено: {}, убрано: {}, с \
                 другой ролью: {}).",
                added.len(),
                removed.len(),
                roles.len()
            ),
            "Посмотрите на участников и, если ничего об этом не знаете, спросите их другим путём.",
        ),
        WarningKind::InvalidCommit { seq, reason } => Words::new(
            format!("Сервер пропустил изменение против правил (запись {seq}: {}); оно не принято.", safe::line(reason)),
            "Сообщите администратору сервера; /renew позволит группе продолжаться.",
        ),
        WarningKind::PhoneGone => Words::new(
            "У вашей учётной записи больше нет номера телефона: вы убрали его на другом устройстве или сообщения на этот номер приходят уже кому-то другому.",
            "Если это были не вы, узнайте у оператора связи, не заменили ли вашу SIM-карту. Учётная запись и сообщения в безопасности.",
        ),
        WarningKind::ProfileCopied => Words::new(
            "Этот профиль — копия того, что продолжил жить в другом месте, и отправлять больше не может.",
            "История остаётся; привяжите его как новое устройство в новом профиле.",
        ),
        WarningKind::LocalDamage => {
            Words::new("Часть локальной базы данных была повреждена.", "Что можно, исправлено; проверьте диск.")
        }
        _ => Words::new("Что-то не так, но у этой версии нет для этого слов.", "Обновите программу."),
    }
}
