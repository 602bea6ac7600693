// The ticket's parameter in a target: gone when it was taken, and nothing else is.
#include <cstdint>
#include <string_view>

#include "core/credentials/ticket.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using namespace sso::credentials;
    constexpr std::string_view kName = "ssocda";
    const std::string_view target(reinterpret_cast<const char*>(data), size);
    const auto taken = take_parameter(target, kName);
    expect(!take_parameter(taken.rest, kName).value.has_value(), "taken once and for all");
    expect(taken.rest.substr(0, taken.rest.find('?')) == target.substr(0, target.find('?')), "the path stays");
    expect(taken.rest.size() <= target.size(), "nothing comes to it");
    if (!taken.value) expect(taken.rest == target, "nothing is changed where there is none");
    const auto again = take_parameter(with_parameter(taken.rest, kName, "value"), kName);
    expect(again.value == "value" && again.rest == taken.rest, "what was put there is taken again");
    return 0;
}
