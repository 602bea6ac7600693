#include <chrono>
#include <csignal>

#include "cli/options.hpp"
#include "core/config/document.hpp"
#include "core/rules/snapshot_keeper.hpp"
#include "gateway/log.hpp"
#include "gateway/serve.hpp"
#include "manager/page.hpp"
#include "manager/site.hpp"

namespace {

constexpr int kNoConfigurationNumber = 611;
constexpr int kNoStoreNumber = 612;

/// A whole configuration as a text of JSON, whose longest way to write a byte of UTF-8 takes three, and some edits.
constexpr std::size_t kBodyLimit = 3 * sso::config::kTextLimit + sso::http::kBodyLimit;

sso::http::Response plain(int status, std::string_view text) {
    sso::http::Response response;
    response.status = status;
    response.header("Content-Type", "text/plain; charset=utf-8")
        .header("Cache-Control", "no-store")
        .header("Retry-After", "10");
    response.body = text;
    return response;
}

/// The store that the serving configuration names, opened once for each version of it.
class Store {
  public:
    sso::session::SessionStore* open(const sso::rules::Snapshot& snapshot) {
        if (store_ && version_ == snapshot.version) return store_.get();
        auto opened = sso::session::open_store(
            snapshot.settings.session.store,
            sso::session::store_options(snapshot.settings.session, sso::gateway::log_to_standard_error));
        if (!opened) {
            sso::gateway::log_to_standard_error({sso::LogLevel::error, kNoStoreNumber, opened.error().detail});
            return nullptr;
        }
        store_ = std::move(*opened);
        version_ = snapshot.version;
        return store_.get();
    }

  private:
    std::unique_ptr<sso::session::SessionStore> store_;
    std::string version_;
};

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a store that goes away comes back as an error
    const auto line = sso::cli::read_command_line(
        argc, argv, "sso-manager",
        "Shows and changes mod_sso's configuration, shows and ends sessions. CGI or FastCGI, behind mod_sso.");
    if (line.ended()) return line.exit_status;

    const std::string& uri = line.config_uri;
    auto source = sso::config::open_source(uri);
    if (!source) {
        sso::gateway::log_to_standard_error({sso::LogLevel::error, kNoConfigurationNumber, source.error().detail});
        return 2;
    }
    const sso::config::Source& place = **source;  // the keeper's from here on, and as long as it
    sso::rules::SnapshotKeeper keeper(std::move(*source), uri, sso::gateway::log_to_standard_error);
    sso::manager::People people(sso::gateway::log_to_standard_error);
    Store store;
    const sso::SystemClock clock;
    const auto answer = [&](const sso::http::Request& request) {
        keeper.refresh();
        const auto snapshot = keeper.current();
        if (!snapshot) return plain(503, "There is no configuration that could be used; the error log says why.\n");
        people.prepare(*snapshot);  // first: the store has a thread of its own
        auto* opened = store.open(*snapshot);
        if (opened == nullptr) return plain(503, "The session store cannot be opened; the error log says why.\n");
        const sso::manager::Site site{snapshot,
                                      keeper.refusal(),
                                      keeper.warnings(),
                                      sso::config::shown_uri(uri),
                                      place,
                                      *opened,
                                      people,
                                      sso::gateway::log_to_standard_error,
                                      clock.now()};
        return sso::manager::respond(site, request);
    };
    return sso::gateway::serve({answer, sso::LogLine{sso::LogLevel::error, 610, {}}.number, kBodyLimit});
}
