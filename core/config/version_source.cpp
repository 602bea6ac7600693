// source_of: the newest version as a source.
#include "core/config/versions.hpp"

namespace sso::config {
namespace {

class VersionSource final : public Source {
  public:
    explicit VersionSource(std::unique_ptr<Versions> versions) : versions_(std::move(versions)) {}

    [[nodiscard]] Result<Document> fetch() const override {
        const auto newest = versions_->latest();
        if (!newest) return error_of(newest);
        if (*newest == 0) {
            return fail(ErrorCode::not_found,
                        "there is no version yet; ssoctl config apply FILE -m MESSAGE makes the first");
        }
        return versions_->load(*newest).map([&](Version version) {
            return Document{versions_->origin(*newest), std::move(version.id), std::move(version.text)};
        });
    }
    [[nodiscard]] Result<std::string> mark() const override { return versions_->mark(); }
    [[nodiscard]] Versions* versions() const noexcept override { return versions_.get(); }

  private:
    std::unique_ptr<Versions> versions_;
};

}  // namespace

std::unique_ptr<Source> source_of(std::unique_ptr<Versions> versions) {
    return std::make_unique<VersionSource>(std::move(versions));
}

}  // namespace sso::config
