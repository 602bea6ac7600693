// Runs a fuzz target over the files of the folders given, where there is no libFuzzer to do it: the corpus is part of
// every ordinary test run. A folder that is missing or empty is a failure, for it would prove nothing.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

/// How many files of `folder` were run, or -1 after a message.
int replay(const std::filesystem::path& folder) {
    std::error_code error;
    int files = 0;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::ifstream file(entry->path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        if (!file) {
            std::fprintf(stderr, "%s: cannot be read\n", entry->path().c_str());
            return -1;
        }
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        ++files;
    }
    if (error) std::fprintf(stderr, "%s: %s\n", folder.c_str(), error.message().c_str());
    if (!error && files == 0) std::fprintf(stderr, "%s: no seeds\n", folder.c_str());
    return error || files == 0 ? -1 : files;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s CORPUS…\n", argv[0]);
        return 2;
    }
    for (int i = 1; i < argc; ++i) {
        const int files = replay(argv[i]);
        if (files < 0) return 1;
        std::printf("%s: %d inputs\n", argv[i], files);
    }
    return 0;
}
