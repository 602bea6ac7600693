#include "core/redis/reply.hpp"

#include <hiredis/read.h>

#include <algorithm>
#include <array>
#include <new>

#include "core/base/text.hpp"

namespace sso::redis {
namespace {

struct ErrorKind {
    std::string_view word;  ///< the error's first word
    ErrorCode code;
};
constexpr std::array kErrorKinds{
    ErrorKind{"LOADING", ErrorCode::unavailable},      ErrorKind{"READONLY", ErrorCode::unavailable},
    ErrorKind{"MASTERDOWN", ErrorCode::unavailable},   ErrorKind{"CLUSTERDOWN", ErrorCode::unavailable},
    ErrorKind{"TRYAGAIN", ErrorCode::unavailable},     ErrorKind{"BUSY", ErrorCode::unavailable},
    ErrorKind{"NOREPLICAS", ErrorCode::unavailable},   ErrorKind{"MISCONF", ErrorCode::unavailable},
    ErrorKind{"NOMASTERLINK", ErrorCode::unavailable}, ErrorKind{"OOM", ErrorCode::full},
    ErrorKind{"WRONGTYPE", ErrorCode::corrupt},        ErrorKind{"NOAUTH", ErrorCode::refused},
    ErrorKind{"WRONGPASS", ErrorCode::refused},        ErrorKind{"NOPERM", ErrorCode::refused},
    ErrorKind{"DENIED", ErrorCode::refused},
};

/// The server repeats the arguments of a command that it does not know: they may be an AUTH's.
std::string_view without_arguments(std::string_view message) noexcept {
    return message.substr(0, message.find(", with args beginning with"));
}

ErrorCode classify(std::string_view message) noexcept {
    const auto word = message.substr(0, message.find(' '));
    for (const auto& kind : kErrorKinds) {
        if (word == kind.word) return kind.code;
    }
    if (message.starts_with("ERR max number of clients")) return ErrorCode::unavailable;
    if (message.starts_with("ERR Client sent AUTH") || message.starts_with("ERR AUTH")) return ErrorCode::refused;
    if (message.starts_with("ERR invalid password")) return ErrorCode::refused;
    return ErrorCode::internal;
}

auto unexpected_type(std::string_view wanted) {
    return fail(ErrorCode::internal, "Redis answered something else than " + std::string(wanted));
}

}  // namespace

Error Reply::error() const {
    return {classify(text), "Redis: " + printable(without_arguments(text))};
}

Result<std::int64_t> Reply::as_integer() const {
    if (type == Type::error) return tl::unexpected(error());
    if (type != Type::integer) return unexpected_type("a number");
    return number;
}

Result<std::optional<std::string_view>> Reply::as_text() const {
    if (type == Type::error) return tl::unexpected(error());
    if (type == Type::nil) return std::nullopt;
    if (type != Type::text) return unexpected_type("a text");
    return text;
}

Status Reply::as_ok() const {
    if (type == Type::error) return tl::unexpected(error());
    if (type != Type::status) return unexpected_type("a status");
    return {};
}

Result<const std::vector<Reply>*> Reply::as_array() const {
    if (type == Type::error) return tl::unexpected(error());
    if (type != Type::array) return unexpected_type("an array");
    return &elements;
}

/// The reader with what its callbacks count. hiredis calls them for every object of a reply; they build Reply trees.
struct ReplyReader::State {
    struct ReaderDeleter {
        void operator()(redisReader* owned) const noexcept { ::redisReaderFree(owned); }
    };

    explicit State(const Limits& bounds) : limits(bounds) {
        reader.reset(::redisReaderCreateWithFunctions(&functions));
        if (!reader) throw std::bad_alloc();
        reader->privdata = this;
    }

    static State& of(const redisReadTask* task) { return *static_cast<State*>(task->privdata); }

    /// Puts a value where the task wants it: the reply's root, or the next element of the array being read. Null (which
    /// hiredis takes for "out of memory") when the reply has too many elements.
    static Reply* place(const redisReadTask* task, Reply&& value) noexcept {
        try {
            State& state = of(task);
            if (++state.elements > state.limits.elements) {
                state.over_limit = true;
                return nullptr;
            }
            if (task->parent == nullptr) return &state.root.emplace(std::move(value));
            return &static_cast<Reply*>(task->parent->obj)->elements.emplace_back(std::move(value));
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }

    static void* create_string(const redisReadTask* task, char* text, std::size_t size) {
        try {
            const auto type = task->type == REDIS_REPLY_ERROR    ? Reply::Type::error
                              : task->type == REDIS_REPLY_STATUS ? Reply::Type::status
                                                                 : Reply::Type::text;
            return place(task, Reply{type, 0, std::string(text, size), {}});
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }
    static void* create_array(const redisReadTask* task, int size) {
        // hiredis announces the size before the elements have come: nothing is reserved for what may never come
        if (static_cast<std::size_t>(size) > of(task).limits.elements) {
            of(task).over_limit = true;
            return nullptr;
        }
        return place(task, Reply{Reply::Type::array, 0, {}, {}});
    }
    static void* create_integer(const redisReadTask* task, long long number) {
        return place(task, Reply{Reply::Type::integer, number, {}, {}});
    }
    static void* create_nil(const redisReadTask* task) { return place(task, Reply{}); }
    static void free_object(void* /*root*/) {}  // it stays in `root`

    Limits limits;
    redisReplyObjectFunctions functions{create_string, create_array, create_integer, create_nil, free_object};
    std::unique_ptr<redisReader, ReaderDeleter> reader;
    std::optional<Reply> root;  ///< what has come of the reply being read
    std::size_t elements = 0;   ///< of the reply being read
    std::size_t bytes = 0;      ///< that came since the last whole reply
    bool over_limit = false;
};

ReplyReader::ReplyReader(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
ReplyReader::~ReplyReader() = default;
ReplyReader::ReplyReader(ReplyReader&&) noexcept = default;
ReplyReader& ReplyReader::operator=(ReplyReader&&) noexcept = default;

Status ReplyReader::feed(std::string_view bytes) {
    state_->bytes += bytes.size();
    if (::redisReaderFeed(state_->reader.get(), bytes.data(), bytes.size()) != REDIS_OK) {
        return fail(ErrorCode::internal, "no memory for a reply of Redis");
    }
    return {};
}

Result<std::optional<Reply>> ReplyReader::next() {
    void* root = nullptr;
    const int code = ::redisReaderGetReply(state_->reader.get(), &root);
    const redisReader& reader = *state_->reader;
    if (state_->over_limit || (root == nullptr && state_->bytes > state_->limits.bytes)) {
        return fail(ErrorCode::limit, "a reply of Redis is larger than the limit");
    }
    if (code != REDIS_OK) {
        return fail(ErrorCode::unavailable, "not a reply of Redis: " + printable(reader.errstr));
    }
    if (root == nullptr) return std::nullopt;
    state_->elements = 0;
    state_->bytes = reader.len - reader.pos;
    return std::move(state_->root);
}

bool ReplyReader::is_empty() const noexcept {
    return state_->reader->pos == state_->reader->len;
}

}  // namespace sso::redis
