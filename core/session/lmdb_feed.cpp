#include "core/session/lmdb_feed.hpp"

#include <thread>
#include <utility>

#include "core/session/lmdb_environment.hpp"
#include "core/session/lmdb_sessions.hpp"
#include "core/session/lmdb_store.hpp"

namespace sso::session {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEach{20};
constexpr std::chrono::seconds kMargin{5};  // how much longer a watcher's word holds than its lease
constexpr std::chrono::seconds kInPlaceEach{1};

class LmdbFeed final : public RevocationFeed {
  public:
    LmdbFeed(std::string folder, StoreOptions options, Watcher watcher)
        : folder_(std::move(folder)), options_(std::move(options)), watcher_(std::move(watcher)) {}

    Status listen(RevocationBoard& board) override {
        const auto until = steady_clock::now() + kBeat;
        do {
            auto looked = look(board);
            if (!looked) environment_.reset();
            std::this_thread::sleep_for(kLookEach);
            if (!looked) return looked;
        } while (steady_clock::now() < until);
        return {};
    }

    void leave() noexcept override {
        if (!environment_) return;
        try {
            const auto done = environment_->writes().run(
                [id = watcher_.id](WriteTransaction& transaction) -> Status {
                    if (const auto gone = transaction.erase(Table::watchers, id); !gone) return error_of(gone);
                    return {};
                },
                options_.timeout);
            static_cast<void>(done);  // if it could not be written, its word ends by itself
        } catch (...) {               // NOLINT(bugprone-empty-catch): likewise
        }
    }

  private:
    Status look(RevocationBoard& board) {
        const auto now = steady_clock::now();
        if (environment_ && now >= look_in_place_) {
            look_in_place_ = now + kInPlaceEach;
            if (!environment_->in_place()) environment_.reset();
        }
        if (!environment_) {
            auto opened = LmdbEnvironment::open(folder_, LmdbStore::kMapBytes, options_.timeout);
            if (!opened) return error_of(opened);
            environment_ = std::move(*opened);
            begins_ = true;
        }
        if (begins_ || environment_->last_transaction() != seen_) {
            if (auto read = read_revocations(board); !read) return read;
        }
        board.hear(now);
        const auto valid = watcher_.lease + kMargin;
        if (marked_ || now - reported_ > valid / 4) {
            if (auto posted = report(valid, marked_ ? LmdbWriteQueue::When::at_once : LmdbWriteQueue::When::soon);
                !posted) {
                return posted;
            }
            marked_ = false;
            reported_ = now;
        }
        return {};
    }

    Status read_revocations(RevocationBoard& board) {
        auto snapshot = environment_->read();
        if (!snapshot) return error_of(snapshot);
        seen_ = snapshot->number();
        const auto last = last_revocation(*snapshot);
        if (!last) return error_of(last);
        // A table that was emptied or has lost what we have not read yet: nobody can say what it was.
        if (begins_ || *last < reached_ || *last - reached_ >= kKeptRevocations) {
            board.revoke_all();
            begins_ = false;
            marked_ = true;
            reached_ = *last;
            return {};
        }
        return snapshot->scan(Table::revocations, revocation_key(reached_),
                              [&](std::string_view key, std::string_view id) {
                                  if (const auto session = id_of(id)) {
                                      board.revoke(*session);
                                  } else {
                                      marked_ = true;
                                  }
                                  reached_ = revocation_number(key);
                                  return true;
                              });
    }

    /// Does not wait for the disk: other writers may have it, and what they write is to be listened to.
    Status report(std::chrono::seconds valid, LmdbWriteQueue::When when) {
        return environment_->writes().post(
            [id = watcher_.id, word = WatcherWord{SystemClock().now() + valid, {watcher_.name, reached_}}.encode()](
                WriteTransaction& transaction) { return transaction.put(Table::watchers, id, word); },
            when);
    }

    const std::string folder_;
    const StoreOptions options_;
    const Watcher watcher_;
    std::shared_ptr<LmdbEnvironment> environment_;
    steady_clock::time_point look_in_place_{};
    bool begins_ = true;
    std::uint64_t seen_ = 0;  ///< the last transaction of the snapshot that was read last
    std::uint64_t reached_ = 0;
    bool marked_ = false;  ///< somebody waits to hear how far we are
    steady_clock::time_point reported_{};
};

}  // namespace

std::unique_ptr<RevocationFeed> open_lmdb_feed(std::string folder, const StoreOptions& options, Watcher watcher) {
    return std::make_unique<LmdbFeed>(std::move(folder), options, std::move(watcher));
}

}  // namespace sso::session
