use beseda_engine::api::reason::Field;

/// The name of what was given.
pub(super) const fn field(field: Field) -> &'static str {
    match field {
        Field::Account => "account",
        Field::Bio => "about oneself",
        Field::Code => "code",
        Field::Contacts => "contacts",
        Field::Command => "command",
        Field::Confirm => "confirmation",
        Field::Description => "description",
        Field::Email => "e-mail address",
        Field::Emoji => "reaction",
        Field::Entities => "formatting",
        Field::Files => "files",
        Field::Folders => "folders",
        Field::Licence => "licence",
        Field::Link => "link",
        Field::Members => "members",
        Field::Messages => "messages",
        Field::Name => "name",
        Field::Password => "password",
        Field::Phone => "phone number",
        Field::Phrase => "phrase",
        Field::Picture => "picture",
        Field::Place => "place",
        Field::Quiet => "quiet hours",
        Field::Report => "report",
        Field::Server => "server",
        Field::Status => "status",
        Field::Stickers => "stickers",
        Field::Text => "text",
        Field::Timer => "timer",
        Field::Title => "title",
        Field::Username => "username",
        Field::Words => "words",
    }
}
