//! What the page says, in English and in Russian. `{name}` is what the authority is called in a device's settings.

/// Where a certificate is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Apple,
    Android,
    Windows,
    Mac,
    Firefox,
    Linux,
}

impl Place {
    /// The one that the reader most probably needs.
    pub(super) fn of(agent: &str) -> Self {
        let has = |word: &str| agent.contains(word);
        if has("iPhone") || has("iPad") {
            Self::Apple
        } else if has("Android") {
            Self::Android
        } else if has("Firefox") {
            Self::Firefox
        } else if has("Windows") {
            Self::Windows
        } else if has("Mac OS") {
            Self::Mac
        } else {
            Self::Linux
        }
    }

    /// The same in both languages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Apple => "iPhone, iPad",
            Self::Android => "Android",
            Self::Windows => "Windows",
            Self::Mac => "Mac",
            Self::Firefox => "Firefox",
            Self::Linux => "Linux: Chrome, Chromium",
        }
    }
}

/// One language.
pub(super) struct Words {
    pub(super) language: &'static str,
    /// The other language, in itself.
    pub(super) other: &'static str,
    pub(super) other_language: &'static str,
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) download: &'static str,
    pub(super) scan: &'static str,
    /// Instead of the code, where no other device can come.
    pub(super) alone: &'static str,
    pub(super) how: &'static str,
    pub(super) places: &'static [(Place, &'static [&'static str])],
    pub(super) done: &'static str,
    pub(super) open: &'static str,
    pub(super) compare: &'static str,
    pub(super) scope: &'static str,
}

pub(super) const EN: Words = Words {
    language: "en",
    other: "Русский",
    other_language: "ru",
    title: "Let this device trust the server",
    intro: "The connection to this server is encrypted with a certificate that the server has made itself. Your phone or \
            computer does not know it yet. Install it once: it takes a minute.",
    download: "Download the certificate",
    scan: "For a phone: point its camera here",
    alone: "This server listens on this machine only, so no other device can open it.",
    how: "How to install it",
    places: &[
        (
            Place::Apple,
            &[
                "Open this page in Safari, tap <b>Download the certificate</b>, then <b>Allow</b>.",
                "Open <b>Settings</b>. At the top, tap <b>Profile Downloaded</b>, then <b>Install</b>.",
                "Go to <b>Settings → General → About → Certificate Trust Settings</b> and turn on <b>{name}</b>. Without \
                 this step nothing changes.",
            ],
        ),
        (
            Place::Android,
            &[
                "Tap <b>Download the certificate</b>.",
                "Open <b>Settings</b> and search for <b>CA certificate</b>. It is usually under <b>Security → Encryption \
                 &amp; credentials → Install a certificate</b>.",
                "Tap <b>CA certificate → Install anyway</b> and choose <b>beseda-ca.crt</b> among the downloads.",
            ],
        ),
        (
            Place::Windows,
            &[
                "Download the certificate and open the file.",
                "Choose <b>Install Certificate → Current User → Place all certificates in the following store → \
                 Trusted Root Certification Authorities</b>.",
                "Confirm, and restart the browser.",
            ],
        ),
        (
            Place::Mac,
            &[
                "Download the certificate and open the file: <b>Keychain Access</b> adds it.",
                "Find <b>{name}</b> there, open it, and under <b>Trust</b> choose <b>When using this certificate: \
                 Always Trust</b>.",
                "Close the window, confirm with your password, and restart the browser.",
            ],
        ),
        (
            Place::Firefox,
            &[
                "On a computer, Firefox keeps a list of its own. Download the certificate.",
                "Open <b>Settings → Privacy &amp; Security → Certificates → View Certificates → Authorities → \
                 Import</b> and choose the file.",
                "Tick <b>Trust this CA to identify websites</b>.",
            ],
        ),
        (
            Place::Linux,
            &[
                "Download the certificate.",
                "Open <b>chrome://certificate-manager</b>, then <b>Local certificates → Installed by you → Trusted \
                 Certificates → Import</b>, and choose the file.",
            ],
        ),
    ],
    done: "Installed? Then this opens without a warning:",
    open: "Open the messenger",
    compare: "To be sure that nobody on the way has put another certificate here, compare this SHA-256 fingerprint with the \
              one that the server shows whoever runs it:",
    scope: "The certificate says itself that it is for this server and for private networks only, not for other sites on \
            the internet. You can remove it in the same place at any time.",
};

pub(super) const RU: Words = Words {
    language: "ru",
    other: "English",
    other_language: "en",
    title: "Пусть это устройство доверяет серверу",
    intro: "Соединение с этим сервером зашифровано сертификатом, который сервер сделал сам. Ваш телефон или компьютер его \
            пока не знает. Установите его один раз: это займёт минуту.",
    download: "Скачать сертификат",
    scan: "Для телефона: наведите сюда камеру",
    alone: "Этот сервер принимает соединения только на своей машине, с других устройств его не открыть.",
    how: "Как установить",
    places: &[
        (
            Place::Apple,
            &[
                "Откройте эту страницу в Safari, нажмите <b>Скачать сертификат</b>, затем <b>Разрешить</b>.",
                "Откройте <b>Настройки</b>. Вверху нажмите <b>Профиль загружен</b>, затем <b>Установить</b>.",
                "Откройте <b>Настройки → Основные → Об этом устройстве → Доверие сертификатам</b> и включите \
                 <b>{name}</b>. Без этого шага ничего не изменится.",
            ],
        ),
        (
            Place::Android,
            &[
                "Нажмите <b>Скачать сертификат</b>.",
                "Откройте <b>Настройки</b> и найдите через поиск <b>Сертификат ЦС</b>. Обычно он здесь: <b>Безопасность \
                 → Шифрование и учётные данные → Установка сертификатов</b>.",
                "Нажмите <b>Сертификат ЦС → Всё равно установить</b> и выберите в загрузках <b>beseda-ca.crt</b>.",
            ],
        ),
        (
            Place::Windows,
            &[
                "Скачайте сертификат и откройте файл.",
                "Выберите <b>Установить сертификат → Текущий пользователь → Поместить все сертификаты в следующее \
                 хранилище → Доверенные корневые центры сертификации</b>.",
                "Подтвердите и перезапустите браузер.",
            ],
        ),
        (
            Place::Mac,
            &[
                "Скачайте сертификат и откройте файл: его добавит <b>Связка ключей</b>.",
                "Найдите там <b>{name}</b>, откройте и в разделе <b>Доверие</b> выберите <b>При использовании этого \
                 сертификата: Всегда доверять</b>.",
                "Закройте окно, подтвердите паролем и перезапустите браузер.",
            ],
        ),
        (
            Place::Firefox,
            &[
                "На компьютере у Firefox свой список. Скачайте сертификат.",
                "Откройте <b>Настройки → Приватность и защита → Сертификаты → Просмотр сертификатов → Центры \
                 сертификации → Импортировать</b> и выберите файл.",
                "Отметьте <b>Доверять при идентификации веб-сайтов</b>.",
            ],
        ),
        (
            Place::Linux,
            &[
                "Скачайте сертификат.",
                "Откройте <b>chrome://certificate-manager</b>, затем <b>Локальные сертификаты → Установленные вами → \
                 Доверенные сертификаты → Импорт</b> и выберите файл.",
            ],
        ),
    ],
    done: "Установили? Тогда мессенджер откроется без предупреждений:",
    open: "Открыть мессенджер",
    compare: "Чтобы убедиться, что по дороге никто не подложил другой сертификат, сравните этот отпечаток SHA-256 с тем, \
              который сервер показывает тому, кто его запустил:",
    scope: "В самом сертификате записано, что он действует только для этого сервера и для частных сетей, но не для других \
            сайтов в интернете. Удалить его можно там же в любое время.",
};
