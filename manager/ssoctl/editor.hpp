// A text in the administrator's editor.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::ssoctl {

/// A file of this user's alone with a text in it, which goes with this object unless it is kept.
class EditedFile {
  public:
    /// Writes `text` to a new file below TMPDIR or /tmp.
    static Result<EditedFile> create(std::string_view text);
    EditedFile(EditedFile&& other) noexcept;
    EditedFile& operator=(EditedFile&&) = delete;
    ~EditedFile();

    /// Opens it in VISUAL, else EDITOR, else vi, and waits. @return what it holds then; `refused` when the editor fails
    Result<std::string> edit() const;
    void keep() noexcept { is_kept_ = true; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    explicit EditedFile(std::string path) : path_(std::move(path)) {}
    std::string path_;
    bool is_kept_ = false;
};

}  // namespace sso::ssoctl
