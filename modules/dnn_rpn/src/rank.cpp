// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include <cstring>
#include "rank.hpp"

namespace cv {
namespace dnn_rpn {

/* By the digits of the number, the lowest first (radix sort): no comparisons that a processor could guess
wrong, and each pass keeps the order of the one before. */
void sortByUpperHalf(ArenaVector<uint64_t>& keys)
{
    const int bits = 11, passes = 3, digits = 1 << bits;
    const size_t few = 64; // less than it takes to count digits
    if (keys.size() <= few)
    {
        for (size_t i = 1; i < keys.size(); i++)
            for (size_t j = i; j > 0 && keys[j] >> 32 < keys[j - 1] >> 32; j--)
                std::swap(keys[j], keys[j - 1]);
        return;
    }
    ArenaVector<uint64_t> other(keys.size(), keys.get_allocator());
    ArenaVector<int> starts(passes * digits, 0, keys.get_allocator());
    const auto digitOf = [](uint64_t key, int pass) {
        return static_cast<int>(key >> (32 + pass * bits)) & (digits - 1);
    };
    for (uint64_t key : keys)
        for (int pass = 0; pass < passes; pass++)
            ++starts[pass * digits + digitOf(key, pass)];
    for (int pass = 0; pass < passes; pass++)
    {
        int* start = starts.data() + pass * digits;
        if (start[digitOf(keys[0], pass)] == static_cast<int>(keys.size()))
            continue; // they have this digit in common
        for (int digit = 0, sum = 0; digit < digits; digit++)
        {
            const int count = start[digit];
            start[digit] = sum;
            sum += count;
        }
        for (uint64_t key : keys)
            other[start[digitOf(key, pass)]++] = key;
        keys.swap(other);
    }
}

namespace {

//! The higher the score, the lower the number; equal scores have equal numbers.
uint32_t placeOf(float score)
{
    score += 0.f; // of -0 makes 0
    uint32_t bits;
    std::memcpy(&bits, &score, sizeof(bits));
    return bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
}

/** A score that about `wanted` others are not below, by looking at a few of them; -inf if all are wanted. */
float guessThreshold(const float* scores, int count, int wanted)
{
    const int samples = 1024;
    const double share = static_cast<double>(wanted) / count;
    if (count < 8 * samples || share > 0.25)
        return -std::numeric_limits<float>::infinity();
    float sample[samples];
    for (int i = 0; i < samples; i++)
    {
        const float score = scores[static_cast<size_t>(i) * count / samples];
        sample[i] = std::isnan(score) ? -std::numeric_limits<float>::infinity() : score;
    }
    // So many of the samples, and three standard deviations of that number.
    const int rank = cvCeil(share * samples + 3 * std::sqrt(share * samples) + 1);
    std::nth_element(sample, sample + rank, sample + samples, std::greater<float>());
    return sample[rank];
}

} // namespace

void rankByScore(const float* scores, int count, float threshold, int limit, ArenaVector<int>& order)
{
    ArenaVector<uint64_t> keys(order.get_allocator());
    keys.reserve(count);
    const auto collect = [&](float lowest) {
        keys.clear();
        for (int i = 0; i < count; i++)
            if (scores[i] >= lowest) // false for NaN
                keys.push_back(static_cast<uint64_t>(placeOf(scores[i])) << 32 | static_cast<uint32_t>(i));
    };
    // Most are left out by one comparison; a guess that was too high only costs a second look.
    const float guess = limit > 0 ? guessThreshold(scores, count, limit) : threshold;
    collect(std::max(guess, threshold));
    if (guess > threshold && static_cast<int>(keys.size()) < limit)
        collect(threshold);

    sortByUpperHalf(keys);
    if (limit > 0 && static_cast<int>(keys.size()) > limit)
        keys.resize(limit);
    order.resize(keys.size());
    for (size_t i = 0; i < keys.size(); i++)
        order[i] = static_cast<int>(static_cast<uint32_t>(keys[i]));
}

} // namespace dnn_rpn
} // namespace cv
