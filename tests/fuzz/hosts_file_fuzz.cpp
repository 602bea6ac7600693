// BackupPC's hosts file, a hosts table, a machine's record: what is written in can be read again, and nothing else
// moves.
#include <cstdint>
#include <string>
#include <string_view>

#include "registration/backuppc.hpp"
#include "registration/client_name.hpp"
#include "registration/hosts_file.hpp"
#include "registration/lint.hpp"
#include "registration/registry.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sso::registration;
    using sso::fuzz::expect;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto before = read_hosts(text);
    if (const auto changed = with_host(text, "dormeur", "cmartin")) {
        const auto found = find_host(*changed, "dormeur");
        expect(found && *found && (*found)->user == "cmartin", "a host that was written is there");
        expect(read_hosts(*changed).size() <= before.size() + 1, "one line was written");
        expect(with_host(*changed, "dormeur", "cmartin").value() == *changed, "writing twice is writing once");
        const auto without = without_host(*changed, "dormeur");
        expect(without && !*find_host(*without, "dormeur"), "a host that was taken out is gone");
        const auto had = find_host(text, "dormeur");
        if (had && !*had) expect(without->starts_with(text), "every other byte is kept");
    }
    if (const auto record = MachineRecord::parse(text)) {
        expect(record->text() == text, "a record has one spelling");
        expect(text.find_first_of("'\\\"$@") == text.npos, "nothing in it means anything to Perl");
    }
    static_cast<void>(HostsTable::parse(text));
    static_cast<void>(perl_setting(text, "CgiAdminUsers"));
    static_cast<void>(lint_key_lines(text, "keys"));
    return 0;
}
